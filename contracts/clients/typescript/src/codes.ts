// Written by the contract tests from contracts/wire (UPDATE_SNAPSHOTS=1); changes belong there.

/** Reason of a close, and what it means. */
export const CLOSE: Record<string, { code: number; reconnect: boolean; meaning: string }> = {
  PROTOCOL_ERROR: { code: 1002, reconnect: true, meaning: "The client broke a rule of the WebSocket protocol itself." },
  BINARY_NOT_SUPPORTED: { code: 1003, reconnect: true, meaning: "Only text frames are read." },
  INVALID_UTF8: { code: 1007, reconnect: true, meaning: "A text frame was not valid UTF-8." },
  NO_TOKEN: { code: 1008, reconnect: false, meaning: "The connection came without a token or ticket." },
  BOTH_TOKENS: { code: 1008, reconnect: false, meaning: "More than one token was given; exactly one is allowed." },
  INVALID_TOKEN: { code: 1008, reconnect: false, meaning: "The token or ticket is unknown, used up, revoked or of the other role." },
  TOKEN_IN_USE: { code: 1008, reconnect: false, meaning: "The token has a live session elsewhere; one token holds one session." },
  TOKEN_FENCED: { code: 1008, reconnect: true, meaning: "A person stopped the group; nothing that this session sent counts any more. A new session may come at once, and hears whether the group trades." },
  BAD_PARAMETER: { code: 1008, reconnect: false, meaning: "features, candles, protocol or resume_from in the address is not understood." },
  LOCKED_OUT: { code: 1008, reconnect: true, meaning: "Too many bad tokens came from this address; wait a minute." },
  FRAME_TIMEOUT: { code: 1008, reconnect: true, meaning: "A frame was begun and not finished in time." },
  FRAME_TOO_LARGE: { code: 1009, reconnect: true, meaning: "The frame was larger than limits.max_frame_bytes; do not send it again." },
  SERVER_SHUTDOWN: { code: 1012, reconnect: true, meaning: "This node is going away; reconnect after reconnect_after_ms of the frame before." },
  SLOW_CONSUMER: { code: 1013, reconnect: true, meaning: "The client read too slowly and its queue was full; reconnect with resume_from." },
  RATE_LIMITED: { code: 1013, reconnect: true, meaning: "Too many connections came from this address; wait before the next." },
  UNAVAILABLE: { code: 1013, reconnect: true, meaning: "The token could not be checked just now." },
};

/** Code of a refusal; `retryable` is the safe answer, the reply's own goes before it. */
export const REPLY: Record<string, { message: string; retryable: boolean; meaning: string }> = {
  FORBIDDEN_EVENT: { message: "forbidden_event", retryable: false, meaning: "A group may not send signals, a trigger may not send decisions, discussions, `cancel` or `protect`." },
  DECISION_ID_REUSED: { message: "validation_error", retryable: false, meaning: "This decision_id or event_key was accepted before with another payload. Nothing happened; what is new needs a new key." },
  RATE_LIMITED: { message: "rate_limited", retryable: true, meaning: "More frames than limits.frames_per_second and limits.frame_burst allow. Nothing happened; wait retry_after_ms." },
  GROUP_INACTIVE: { message: "halted", retryable: false, meaning: "The group was switched off; its decisions are refused until it is switched on." },
  TRADING_HALTED: { message: "halted", retryable: false, meaning: "A person or a limit halted, stopped or paused the system, the account or the group; decisions are refused until a person resumes." },
  TRIGGER_INACTIVE: { message: "halted", retryable: false, meaning: "The trigger was switched off; its signals are refused until it is switched on." },
  BUS_UNAVAILABLE: { message: "unavailable", retryable: true, meaning: "Surely nothing happened; send the frame again." },
  SERVER_SHUTDOWN: { message: "unavailable", retryable: true, meaning: "Nothing happened; send the frame again on a new connection." },
  OUTCOME_UNKNOWN: { message: "unavailable", retryable: false, meaning: "It may have happened, and a repetition could make it happen twice: look at the orders first." },
};

export const FEATURES = ["orders", "resume", "config", "heartbeat", "market"] as const;
export type Feature = (typeof FEATURES)[number];

export const ORDER_STATUSES = [
  "accepted",
  "rejected",
  "submitted",
  "partially_filled",
  "filled",
  "protected",
  "stopped",
  "took_profit",
  "closed",
  "canceled",
  "unknown",
] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];
