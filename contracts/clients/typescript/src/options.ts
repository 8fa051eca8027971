// What an author gives to the client, and how it says no.
import type { Ack, ConfigUpdate, Disconnected, Event, Gap, OrderUpdate } from "./frames.js";

export type Delivered = Ack | Event | OrderUpdate | ConfigUpdate | Gap | Disconnected;
export type Handler<T> = (frame: T) => void | Promise<void>;

/** Handlers run one after the other, in the order of the frames; the next waits until the promise of the one before is done. */
export interface Options {
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
  onAck?: Handler<Ack>;
  onEvent?: Handler<Event>;
  onOrder?: Handler<OrderUpdate>;
  onConfig?: Handler<ConfigUpdate>;
  /** Frames are lost for good. */
  onGap?: Handler<Gap>;
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

/** No reply. A frame with a key may be sent again with the same key; what became of another is not known. */
export class NoReply extends Error {}

/** The server said that trying again cannot help, or the client was closed. */
export class Stopped extends Error {
  constructor(readonly code: number | undefined, readonly reason: string, meaning?: string) {
    super([code, reason, meaning].filter(Boolean).join(" "));
  }
}
