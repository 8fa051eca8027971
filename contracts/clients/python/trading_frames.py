"""What the server sends, typed. `raw` is the frame as it came."""
import json
import re
from dataclasses import dataclass, field, fields
from datetime import datetime
from decimal import Decimal

# An order goes no further than these; a position may still be stopped or closed later.
FINAL = {"recorded", "rejected", "filled", "closed", "canceled", "stopped", "took_profit"}


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
    status: str = ""  # of the wire's, or recorded where order() answers for a NO_TRADE
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
class Candle(Frame):
    """A closed bar. `replayed`: it was missed and is handed now. A later bar with the same open_time has better figures."""
    symbol: str = ""
    interval: str = ""
    open_time: datetime = None
    open: Decimal = None
    high: Decimal = None
    low: Decimal = None
    close: Decimal = None
    volume: Decimal = None
    replayed: bool = False


@dataclass
class Price(Frame):
    """The newest price; bid, ask and mark_price are None where the market does not tell them."""
    symbol: str = ""
    price: Decimal = None
    bid: Decimal = None
    ask: Decimal = None
    mark_price: Decimal = None
    market_time: datetime = None
    observed_at: datetime = None


@dataclass
class CandleHistory(Frame):
    """The bars that the client asked for are in its `candles` now. `complete` is False where the market did not answer in time: the rest follows."""
    symbol: str = ""
    interval: str = ""
    complete: bool = True
    note: str = None  # why there are none
    candles: list = field(default_factory=list, repr=False)


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
class CandleGap:
    """Bars between these two open times are missing; how many is counted in market time."""
    symbol: str
    interval: str
    after: datetime
    before: datetime
    missing: int


@dataclass
class Disconnected:
    code: int
    reason: str
    retry_in_s: float


class _Exact(float):
    """A JSON number that remembers how it was written."""

    def __new__(cls, text):
        number = super().__new__(cls, text)
        number.text = text
        return number


def loads(text):
    """JSON whose numbers lose nothing on their way into a Decimal."""
    return json.loads(text, parse_float=_Exact)


def _amounts(raw, *names):
    return {name: Decimal(getattr(raw[name], "text", str(raw[name]))) for name in names if raw.get(name) is not None}


def _times(raw, *names):
    # Python 3.9 reads no Z, and no more than six digits of a second.
    return {name: datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", raw[name]).replace("Z", "+00:00")) for name in names if raw.get(name)}


def parse(raw):
    """A frame of the server, of either dialect, as its type; a plain Frame for what this version does not know."""
    kind = raw.get("type") or raw.get("kind")
    if raw.get("message") == "connected":
        return Ack.of(raw)
    if "ok" in raw or kind == "pong":
        return Reply.of(raw, ok=raw.get("ok", True), message=raw.get("message", kind))
    if kind == "event" and "category" in raw:
        return Event.of(raw, source_id=raw.get("source"), title=raw.get("title") or raw.get("payload", {}).get("signal_type"))
    if kind == "order_update":
        return OrderUpdate.of(raw, **_amounts(raw, "qty", "avg_price", "fee", "realized_pnl"))
    if kind in ("candle", "price", "candles_end"):
        body = raw.get("payload", raw)
        if kind == "candle":
            return Candle.of(raw, **{**body, **_amounts(body, "open", "high", "low", "close", "volume"), **_times(body, "open_time")})
        if kind == "price":
            return Price.of(raw, **{**body, **_amounts(body, "price", "bid", "ask", "mark_price"), **_times(body, "market_time", "observed_at")})
        return CandleHistory.of(raw, **body)
    return {"event": Event, "config_update": ConfigUpdate}.get(kind, Frame).of(raw)
