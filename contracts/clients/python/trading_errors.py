"""How the client says no."""


class TradingError(Exception):
    """Anything this client reports."""


class NoReply(TradingError):
    """No reply. A frame with a key may be sent again with the same key; what became of another is not known."""


class NoOrder(TradingError):
    """The decision became no order, so that there is no update to wait for."""


class RestError(TradingError):
    """REST answered with something else than 200; `status` and `body` are what it said."""

    def __init__(self, path, status, body):
        super().__init__(f"/api/v1/{path}: {status} {body[:500]}")
        self.status, self.body = status, body


class Stopped(TradingError):
    """The server said that trying again cannot help, or the client was closed."""

    def __init__(self, code, reason, meaning=""):
        super().__init__(" ".join(str(part) for part in (code, reason, meaning) if part))
        self.code, self.reason = code, reason
