"""What the server sends, typed. `raw` is the frame as it came."""
from dataclasses import dataclass, field, fields
from decimal import Decimal

# An order goes no further than these; a position may still be stopped or closed later.
FINAL = {"rejected", "filled", "closed", "canceled", "stopped", "took_profit"}


@dataclass
class Frame:
    raw: dict = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, raw, **more):
        known = {f.name for f in fields(cls)}
        return cls(raw=raw, **{k: v for k, v in {**raw, **more}.items() if k in known and v is not None})


@dataclass
class Ack(Frame):
    client_id: str = ""
    session_id: str = ""
    protocol: int = 2
    targets: list = field(default_factory=list)
    config: dict = field(default_factory=dict)
    limits: dict = field(default_factory=dict)
    features: list = field(default_factory=list)
    heartbeat_ms: int = 10_000
    last_seq: int = None


@dataclass
class Pushed(Frame):
    seq: int = None
    prev_seq: int = None
    replayed: bool = False
    created_at: str = ""


@dataclass
class Event(Pushed):
    id: str = ""
    source_id: str = ""
    title: str = ""
    payload: object = ""  # text in protocol 2, an object in protocol 3
    priority: int = 5
    targets: list = field(default_factory=list)
    tags: list = field(default_factory=list)
    trace: dict = field(default_factory=dict)
    open_positions: list = field(default_factory=list)


@dataclass
class OrderUpdate(Pushed):
    status: str = ""
    decision_id: str = ""
    event_id: str = ""
    correlation_id: str = None
    order_id: str = ""
    symbol: str = ""
    side: str = None
    qty: Decimal = Decimal(0)
    avg_price: Decimal = None
    fee: Decimal = Decimal(0)
    realized_pnl: Decimal = Decimal(0)
    reason: dict = None


@dataclass
class ConfigUpdate(Frame):
    reason: str = ""
    config: dict = field(default_factory=dict)


@dataclass
class Reply(Frame):
    ok: bool = False
    message: str = ""
    id: str = None
    duplicate: bool = False
    code: str = None
    detail: list = field(default_factory=list)
    warnings: list = field(default_factory=list)  # {"path", "note"}: what of an accepted decision was not read as it may have been meant
    retryable: bool = False
    retry_after_ms: int = 0
    request_id: str = None
    decision_id: str = None
    # Of a decision with validate_only: "limits" and what would become of it, or "frame" and a note of what was not checked.
    checked: str = None
    note: str = None
    would: dict = None


@dataclass
class Gap:
    """Frames after `after` and before `first_seq` are lost for good; what is still held follows."""
    after: int = None
    first_seq: int = None
    last_seq: int = None


@dataclass
class Disconnected:
    code: int
    reason: str
    retry_in_s: float


def parse(raw):
    """A frame of the server, of either dialect, as its type; a plain Frame for what this version does not know."""
    kind = raw.get("type") or raw.get("kind")
    if raw.get("message") == "connected":
        return Ack.of(raw)
    if "ok" in raw or kind == "pong":
        return Reply.of(raw, ok=raw.get("ok", True), message=raw.get("message", kind), request_id=raw.get("request_id") or raw.get("id"))
    if kind == "event" and "category" in raw:
        return Event.of(raw, source_id=raw.get("source"), title=raw.get("title") or raw.get("payload", {}).get("signal_type"))
    if kind == "order_update":
        return OrderUpdate.of(raw, **{k: Decimal(str(raw[k])) for k in ("qty", "avg_price", "fee", "realized_pnl") if raw.get(k) is not None})
    return {"event": Event, "config_update": ConfigUpdate}.get(kind, Frame).of(raw)
