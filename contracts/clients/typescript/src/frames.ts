// What the server sends, with the wire's own field names. Both dialects come to the same types.

export type Json = Record<string, unknown>;

export interface Ack {
  frame: "ack";
  client_id: string;
  session_id: string;
  protocol: number;
  targets: string[];
  config: Json & { symbol?: string; interval?: string; group_id?: string; group_name?: string };
  limits: { max_frame_bytes?: number } & Record<string, number>;
  features?: string[];
  heartbeat_ms: number;
  last_seq?: number;
}

interface Pushed {
  seq?: number;
  prev_seq?: number;
  replayed?: boolean;
  created_at: string;
}

export interface Event extends Pushed {
  frame: "event";
  id: string;
  source_id: string;
  title: string;
  /** Text in protocol 2, an object in protocol 3. */
  payload: string | Json;
  priority: number;
  targets: string[];
  tags: string[];
  trace?: Json;
  open_positions?: Json[];
}

export interface OrderUpdate extends Pushed {
  frame: "order";
  /** Of the wire's, or `recorded` where `order()` answers for a NO_TRADE. */
  status: string;
  decision_id: string;
  event_id: string;
  correlation_id: string | null;
  order_id: string;
  symbol: string;
  side: string | null;
  qty: number;
  avg_price: number | null;
  fee: number;
  realized_pnl: number;
  reason: { code: string; limit: string | null; value: string | null; nearest_acceptable: string | null; message: string } | null;
}

export interface ConfigUpdate {
  frame: "config";
  reason: string;
  config: Ack["config"];
}

/** A closed bar. Numbers are doubles, as JavaScript has them. A later bar with the same `open_time` has better figures. */
export interface Candle {
  frame: "candle";
  symbol: string;
  interval: string;
  open_time: string;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
  /** It was missed and is handed now. */
  replayed?: boolean;
}

/** The newest price; `bid`, `ask` and `mark_price` are absent where the market does not tell them. */
export interface Price {
  frame: "price";
  symbol: string;
  price: number;
  bid?: number;
  ask?: number;
  mark_price?: number;
  market_time: string;
  observed_at: string;
}

/** The bars that the client asked for are in its `candles` now. */
export interface CandleHistory {
  frame: "history";
  symbol?: string;
  interval?: string;
  /** False where the market did not answer in time: the rest follows. */
  complete?: boolean;
  /** Why there are none. */
  note?: string;
}

/** `missing` bars between these two open times are not to be had. */
export interface CandleGap {
  frame: "candle_gap";
  symbol: string;
  interval: string;
  after: string;
  before: string;
  missing: number;
}

export interface Reply {
  frame: "reply";
  ok: boolean;
  message: string;
  id?: string;
  duplicate?: boolean;
  code?: string;
  detail?: { path: string; rule: string; got: string }[];
  /** What of an accepted decision was not read as it may have been meant. */
  warnings?: { path: string; note: string }[];
  retryable?: boolean;
  retry_after_ms?: number;
  request_id?: string;
  /** Not on the wire: which decision this answers. */
  decision_id?: string;
  /** Of a decision with `validate_only`: what was checked, and if it was all, what would become of it. */
  checked?: "frame" | "limits";
  note?: string;
  would?: Would;
}

/** What would become of a decision. Numbers in full; `margin` is null for a closing order, `price` and `fee` where there is no price yet. */
export interface Would {
  action: "order" | "refused" | "nothing";
  side: string | null;
  qty: number | null;
  price: number | null;
  margin: number | null;
  fee: number | null;
  reason: OrderUpdate["reason"];
}

export interface Resumed {
  frame: "resumed";
  recovered: boolean;
  first_seq?: number;
  last_seq?: number;
}

export interface Shutdown {
  frame: "shutdown";
  detail?: { reconnect_after_ms?: number };
}

/** Frames after `after` and before `first_seq` are lost for good; what is still held follows. */
export interface Gap {
  frame: "gap";
  after?: number;
  first_seq?: number;
  last_seq?: number;
}

export interface Disconnected {
  frame: "disconnected";
  code?: number;
  reason: string;
  retry_in_ms: number;
}

export type Frame = Ack | Event | OrderUpdate | ConfigUpdate | Candle | Price | CandleHistory | Reply | Resumed | Shutdown;

/** An order goes no further than these; a position may still be stopped or closed later. */
export const FINAL = new Set(["recorded", "rejected", "filled", "closed", "canceled", "stopped", "took_profit"]);

/** Undefined for frames that this version does not know. */
export function parse(text: string): Frame | undefined {
  const raw = JSON.parse(text) as Json;
  const kind = raw.type ?? raw.kind;
  const as = (frame: string, more?: Json) => ({ ...raw, ...more, frame }) as unknown as Frame;
  if (raw.message === "connected") return as("ack");
  if ("ok" in raw) return as("reply");
  switch (kind) {
    case "pong":
      return as("reply", { ok: true, message: "pong" });
    case "event":
      return raw.category ? as("event", { source_id: raw.source, title: raw.title ?? (raw.payload as Json | undefined)?.signal_type }) : as("event");
    case "order_update":
      return as("order");
    case "config_update":
      return as("config");
    case "resumed":
      return as("resumed");
    case "candle":
    case "price":
      return as(kind, raw.payload as Json | undefined);
    case "candles_end":
      return as("history", raw.payload as Json | undefined);
    case "system":
      return raw.code === "SERVER_SHUTDOWN" ? as("shutdown") : undefined;
    default:
      return undefined;
  }
}
