// What an author gives to the client.
import type { Ack, Candle, CandleGap, CandleHistory, ConfigUpdate, Disconnected, Event, Gap, OrderUpdate, Price } from "./frames.js";

export type Delivered = Ack | Event | OrderUpdate | ConfigUpdate | Candle | Price | CandleHistory | Gap | CandleGap | Disconnected;
export type Handler<T> = (frame: T) => void | Promise<void>;

/** Handlers run one after the other, in the order of the frames; the next waits until the promise of the one before is done. The first runs after `connect` has returned. */
export interface Options {
  /** With or without scheme, prefix and path: `127.0.0.1:8000`, `https://host/prefix`, `ws://host:8000/ws/events`. */
  url: string;
  token: string;
  protocol?: 2 | 3;
  features?: string[];
  /** The last seq that an earlier run of the program has handled. */
  resumeFrom?: number;
  heartbeatMs?: number;
  deadlineMs?: number;
  queueSize?: number;
  /** For browsers, which cannot send headers: the token is exchanged for a ticket before each connection. */
  tickets?: boolean;
  /** Asks for the group's prices and closed candles and names the pace of prices: "1s", "250ms", or 0 for none. A handler for them asks too. */
  market?: string | 0;
  /** So many closed candles of the past (1 to 1000) are in `bot.candles` from `onHistory` on. */
  candles?: number;
  /** Where REST is, if not beside the socket. */
  restUrl?: string;
  onAck?: Handler<Ack>;
  onEvent?: Handler<Event>;
  onOrder?: Handler<OrderUpdate>;
  onConfig?: Handler<ConfigUpdate>;
  /** Each closed candle once and in order; `bot.candles` ends with it. */
  onCandle?: Handler<Candle>;
  /** The newest price; those that came while a handler was busy are left out. */
  onPrice?: Handler<Price>;
  /** `bot.candles` was filled, at the start and after a reconnect. */
  onHistory?: Handler<CandleHistory>;
  /** Frames are lost for good. */
  onGap?: Handler<Gap>;
  /** Candles are missing. */
  onCandleGap?: Handler<CandleGap>;
  onDisconnect?: Handler<Disconnected>;
  /** A handler threw. */
  onError?: (error: unknown, frame: Delivered) => void;
}

/** Numbers have to be finite: NaN is refused before anything is sent. `signal` fields such as stop_loss, take_profit, confidence_pct, reasoning and leverage go in as they are. */
export interface Decision {
  symbol?: string;
  margin_usd?: number | string;
  qty?: number | string;
  decision_id?: string;
  title?: string;
  correlation_id?: string;
  trigger_event_id?: string;
  valid_until?: string;
  validate_only?: boolean;
  deadlineMs?: number;
  [signal: string]: unknown;
}

/** Prices of a position's protection: null removes a leg, left out it stays as it is. */
export interface Legs {
  stop_loss?: number | string | null;
  take_profit?: number | string | null;
  deadlineMs?: number;
}
