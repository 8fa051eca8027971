// How the client says no.

/** No reply. A frame with a key may be sent again with the same key; what became of another is not known. */
export class NoReply extends Error {
  override readonly name = "NoReply";
}

/** The decision became no order, so that there is no update to wait for. */
export class NoOrder extends Error {
  override readonly name = "NoOrder";
}

/** REST answered with something else than 200. */
export class RestError extends Error {
  override readonly name = "RestError";

  constructor(path: string, readonly status: number, readonly body: string) {
    super(`/api/v1/${path}: ${status} ${body.slice(0, 500)}`);
  }
}

/** The server said that trying again cannot help, or the client was closed. */
export class Stopped extends Error {
  override readonly name = "Stopped";

  constructor(readonly code: number | undefined, readonly reason: string, meaning?: string) {
    super([code, reason, meaning].filter(Boolean).join(" "));
  }
}
