"""Client of /ws/events: connects, stays connected, misses nothing, trades once. Needs only the package websockets (10 or newer).

    async with TradingClient("127.0.0.1:8000", token, on_event=handle) as bot:
        reply = await bot.decide("LONG", margin_usd=50)
        update = await bot.order(reply.decision_id)
"""
import asyncio
import inspect
import json
import logging
import math
import numbers
import random
import time
import urllib.parse
import uuid
from decimal import Decimal

import websockets

from trading_address import rest_address, socket_address
from trading_codes import CLOSE
from trading_errors import NoOrder, NoReply, RestError, Stopped, TradingError
from trading_frames import Ack, Candle, CandleGap, CandleHistory, ConfigUpdate, Disconnected, Event, Gap, OrderUpdate, Price, Pushed, Reply, loads, parse
from trading_market import Market, feature
from trading_orders import Orders
from trading_rest import get
from trading_sequence import Again, Sequence

__all__ = ["KEEP", "NoOrder", "NoReply", "RestError", "Stopped", "TradingClient", "TradingError"]

log = logging.getLogger("trading_sdk")
wire_log = logging.getLogger("trading_sdk.wire")
wire_log.setLevel(logging.INFO)  # at DEBUG the websockets package prints the headers, and with them the token
KEEP = object()  # a leg that protect() leaves as it is
FIRST_BACKOFF, LAST_BACKOFF, IO_DEADLINE, MAX_UNANSWERED = 0.25, 30.0, 10.0, 1000


def finite(value, name="frame"):
    """Raises ValueError for a number that is none, naming the field: NaN is no way of saying "all" or "none"."""
    if isinstance(value, dict):
        for key, item in value.items():
            finite(item, key)
    elif isinstance(value, (list, tuple)):
        for item in value:
            finite(item, name)
    elif isinstance(value, numbers.Number) and not isinstance(value, numbers.Integral):
        if not (value.is_finite() if isinstance(value, Decimal) else math.isfinite(value)):
            raise ValueError(f"{name} is {value}: not a finite number, nothing was sent")


class TradingClient:
    """One session. Handlers are plain or async functions; they run one after the other, in the order of the frames, once the client is entered.

    `seq` is the last frame that was handled: keep it and pass it as `resume_from` to continue after a restart of your program.
    `market` asks for the group's prices and closed candles and names the pace of prices ("1s", "250ms", 0 for none), `candles` for that many
    past ones; a handler for them asks too. on_gap and on_candle_gap are called when frames or bars are lost for good, on_error(exception,
    frame) when a handler raised. `rest_url` is for where REST is not beside the socket.
    """

    def __init__(self, url, token, *, protocol=2, features=("orders", "resume", "config"), resume_from=None, heartbeat=None, deadline=30.0,
                 queue_size=10_000, market=None, candles=None, rest_url=None, on_ack=None, on_event=None, on_order=None, on_config=None,
                 on_candle=None, on_price=None, on_history=None, on_gap=None, on_candle_gap=None, on_disconnect=None, on_error=None):
        self.url, self._token, self.protocol, self.deadline = socket_address(url), token, protocol, deadline
        self._rest = rest_address(socket_address(rest_url) if rest_url else self.url)
        wanted = feature(market, candles, on_candle, on_price)
        self.features = (*features, wanted) if wanted else tuple(features)
        self.ack, self.seq = None, resume_from
        self._handlers = {
            Ack: on_ack, Event: on_event, OrderUpdate: on_order, ConfigUpdate: on_config, Candle: on_candle, Price: on_price,
            CandleHistory: on_history, Gap: on_gap, CandleGap: on_candle_gap, Disconnected: on_disconnect}
        self._on_error, self._heartbeat, self._queue, self._queue_size = on_error, heartbeat, asyncio.Queue(), queue_size
        self._sequence, self._market = Sequence(resume_from) if "resume" in features else None, Market(candles) if wanted else None
        self._pending, self._orders, self._news = {}, Orders(), asyncio.Event()
        self._ws, self._task, self._stopped, self._floor, self._heard, self._why = None, None, None, 0.0, 0.0, ""
        self._acked, self._entered = asyncio.Event(), asyncio.Event()

    def __repr__(self):
        return f"TradingClient({self.url!r}, protocol={self.protocol}, seq={self.seq})"

    async def __aenter__(self):
        self._task = asyncio.create_task(self._run())
        acked = asyncio.create_task(self._acked.wait())
        await asyncio.wait({acked, self._task}, timeout=self.deadline, return_when=asyncio.FIRST_COMPLETED)
        acked.cancel()
        if not self._acked.is_set():
            refused = self._stopped
            await self.__aexit__()
            raise refused or NoReply(f"no connection to {self.url} within {self.deadline} s: {self._why}")
        self._entered.set()  # handlers may use the name that the client has in your program
        return self

    async def __aexit__(self, *_):
        self._stop(Stopped(None, "closed"))
        if self._ws is not None:
            await self._leave(self._ws)
        self._task.cancel()
        await asyncio.wait({self._task})

    @property
    def candles(self):
        """The last closed bars, oldest first, up to the one that is being handled. As many as `candles` asked for, else 500."""
        return list(self._market.book.bars) if self._market else []

    @property
    def price(self):
        """The newest price, or None before the first."""
        return self._market.price if self._market else None

    async def wait(self):
        """Runs until trying again cannot help; then raises Stopped, which says why."""
        await asyncio.wait({self._task})
        raise self._stopped

    async def decide(self, action, symbol=None, *, margin_usd=0, qty=0, decision_id=None, title=None, correlation_id=None,
                     trigger_event_id=None, valid_until=None, validate_only=False, deadline=None, **signal):
        """Sends a decision and returns the Reply. `signal` takes entry, stop_loss, take_profit, confidence_pct, reasoning, leverage ….
        Numbers have to be finite, or ValueError is raised and nothing is sent.

        Repeated with the same decision_id it is still one order; after a broken connection this client repeats it by itself.
        """
        finite({"margin_usd": margin_usd, "qty": qty, **signal})
        decision_id = decision_id or str(uuid.uuid4())
        symbol = symbol or (self.ack.config.get("symbol") if self.ack else None)
        trace = {"correlation_id": correlation_id or decision_id, "trigger_event_id": trigger_event_id}
        if self.protocol == 2:
            body = {"source_id": "", "symbol": symbol, "signal": {"action": action, "qty": qty, "margin_usd": margin_usd, **signal}}
            frame = {"type": "event", "event_type": "post_trade", "targets": ["trade_execution"], "title": title or f"{action} {symbol}",
                     "payload": json.dumps(body, default=str), "decision_id": decision_id, "condition": {"domain": "trade_decision", "trace": trace}}
        elif isinstance(qty, str) or qty != 0:
            # None among them: dropped, it would mean all of the position.
            raise ValueError("protocol 3 has no qty: give margin_usd")
        else:
            frame = {"kind": "event", "category": "decision", "trace": {**trace, "decision_id": decision_id},
                     "payload": {"symbol": symbol, "action": action, "margin_usdt": margin_usd, **signal}}
        frame.update({k: v for k, v in {"validate_only": validate_only, "valid_until": valid_until}.items() if v})
        self._orders.retried(decision_id)
        reply = await self.request(frame, keyed=True, deadline=deadline)
        reply.decision_id = decision_id
        self._orders.replied(decision_id, action, symbol, reply)
        self._tell()
        return reply

    async def cancel(self, decision_id, *, deadline=None):
        """Takes back what rests of a decision, which may not have come to an order yet; its update tells what became of it.

        Where nothing rests the update of reply.id says NOTHING_TO_CANCEL. After a broken connection this client repeats it by itself.
        """
        return await self._steer("cancel", {"decision_id": decision_id}, True, deadline)

    async def cancel_all(self, *, deadline=None):
        """Takes back every order of the group that rests, never its protection.

        Without a reply it is not repeated: that would also mean what was ordered since. Send it again if that is what you want.
        """
        return await self._steer("cancel", {"all": True}, False, deadline)

    async def protect(self, symbol=None, *, stop_loss=KEEP, take_profit=KEEP, deadline=None):
        """Moves the stop-loss and take-profit of the group's position: a price sets, None removes, left out stays as it is.

        The update of reply.id tells what came of it. After a broken connection this client repeats it by itself.
        """
        legs = {name: price for name, price in (("stop_loss", stop_loss), ("take_profit", take_profit)) if price is not KEEP}
        for name, price in legs.items():
            # A price that is no number must never come to mean "none".
            if price is not None and not Decimal(str(price)).is_finite():
                raise ValueError(f"{name} is {price}: give a finite price, or None to remove it")
        symbol = symbol or (self.ack.config.get("symbol") if self.ack else None)
        return await self._steer("protect", {"symbol": symbol, **legs}, True, deadline)

    async def _steer(self, name, fields, keyed, deadline):
        frame = {"type": name, **fields} if self.protocol == 2 else {"kind": name, "payload": fields}
        return await self.request(frame, keyed=keyed, deadline=deadline)

    async def order(self, decision_id, deadline=None):
        """The update that ends a decision's order: filled, rejected …; of NO_TRADE one with the status recorded. Needs the feature orders.

        NoOrder at once where the decision was refused or only validated.
        """
        if "orders" not in self.features:
            raise NoOrder("no update comes without the feature orders")

        async def final():
            while (update := self._orders.end(decision_id)) is None:
                if self._stopped:
                    raise self._stopped
                await self._news.wait()
            return update

        return await self._within(final(), deadline, f"final update of {decision_id}")

    async def rest(self, path, *, deadline=None, **query):
        """What GET /api/v1/<path> answers to this token, such as rest("orders/open", limit=10): the group's own, numbers as Decimal.

        RestError names the status and body of another answer.
        """
        return await get(self._rest, self._token, path, query, deadline or self.deadline)

    async def ping(self, deadline=None):
        """Seconds that a ping and its pong took."""
        begin = time.monotonic()
        await self.request({"type" if self.protocol == 2 else "kind": "ping"}, deadline=deadline)
        return time.monotonic() - begin

    async def request(self, frame, *, keyed=False, deadline=None):
        """Sends any frame and returns its Reply. keyed=True (it has a decision_id or event_key) repeats it after a reconnect."""
        if self._stopped or (self._ws is None and not keyed):
            raise self._stopped or NoReply("not connected")
        finite(frame)
        # The server repeats nothing else in every reply: an id is an event's own, or a ping's.
        key = frame.get("request_id", uuid.uuid4().hex)
        if not isinstance(key, str) or not key or key in self._pending:
            raise ValueError("request_id: expected a text that no other frame waits with")
        text, limit = json.dumps({**frame, "request_id": key}, default=str), self.ack.limits.get("max_frame_bytes", 65536) if self.ack else 65536
        if len(text.encode()) > limit or len(self._pending) >= MAX_UNANSWERED:
            raise TradingError(f"the frame is over {limit} bytes, or {MAX_UNANSWERED} frames wait for replies")
        entry = self._pending[key] = {"text": text, "keyed": keyed, "on": None, "future": asyncio.get_running_loop().create_future()}
        try:
            if self._ws is not None:
                await self._send(self._ws, entry)
            return await self._within(entry["future"], deadline, "reply")
        finally:
            self._pending.pop(key, None)

    async def _within(self, awaitable, deadline, what):
        try:
            return await asyncio.wait_for(awaitable, deadline or self.deadline)
        except asyncio.TimeoutError:
            raise NoReply(f"no {what} within {deadline or self.deadline} s") from None

    async def _send(self, ws, entry):
        if entry["on"] is not ws:
            entry["on"] = ws
            try:
                await asyncio.wait_for(ws.send(entry["text"]), IO_DEADLINE)
            except (websockets.ConnectionClosed, asyncio.TimeoutError):
                pass  # the reader notices, and what has a key goes out again

    async def _run(self):
        dispatcher, attempt = asyncio.create_task(self._dispatch()), 0
        try:
            while not self._stopped:
                begin, cap = time.monotonic(), min(LAST_BACKOFF, FIRST_BACKOFF * 2 ** attempt)
                code, reason = None, ""
                try:
                    await self._connection()
                except websockets.ConnectionClosed as closed:
                    code, reason = (closed.rcvd.code, closed.rcvd.reason) if closed.rcvd else (1006, "")
                except (Again, OSError, ValueError, asyncio.TimeoutError, websockets.WebSocketException) as error:
                    reason = str(error) or type(error).__name__
                known, self._why = CLOSE.get(reason), f"{code or ''} {reason}".strip()
                if not (known["reconnect"] if known else code not in (1002, 1008)):
                    self._stop(Stopped(code, reason, known and known.get("meaning")))
                for entry in self._pending.values():
                    if entry["on"] and not entry["keyed"] and not entry["future"].done():
                        entry["future"].set_exception(NoReply("the connection broke before the reply"))
                if self._stopped:
                    break
                # A connection that held resets the backoff; one that brought something and broke keeps it at a second.
                attempt = 0 if self._heard > begin + 1 else min(attempt + 1, 2 if self._heard > begin else 20)
                delay = max(random.uniform(0, cap), self._floor, 1.0 if code == 1013 else 0.0)
                self._floor = 0.0
                self._put(Disconnected(code, reason, delay))
                await asyncio.sleep(delay)
        except Exception as error:
            self._stop(Stopped(None, f"{type(error).__name__}: {error}"))
            raise
        finally:
            dispatcher.cancel()

    async def _connection(self):
        query = {"features": ",".join(self.features), "protocol": self.protocol}
        query["resume_from"] = self._sequence.ask() if self._sequence else None
        query["candles"] = self._market.ask() if self._market else None
        address = f"{self.url}?{urllib.parse.urlencode({k: v for k, v in query.items() if v is not None}, safe=',:')}"
        header = "additional_headers" if "additional_headers" in inspect.signature(websockets.connect).parameters else "extra_headers"
        options = {header: {"Authorization": f"Bearer {self._token}"}, "ping_interval": None, "close_timeout": 1, "compression": None, "logger": wire_log}
        ws = await websockets.connect(address, open_timeout=IO_DEADLINE, **options)
        keeper = None
        try:
            ack = parse(loads(await asyncio.wait_for(ws.recv(), IO_DEADLINE)))
            if not isinstance(ack, Ack):
                raise ValueError("the first frame was no ack")
            if self._sequence and not self._sequence.begin(ack.last_seq) and self.ack:
                self._put(Gap())  # the connection before broke before it was told where it stood
            self.ack, self._ws = ack, ws
            self._put(ack)
            self._acked.set()
            keeper = asyncio.create_task(self._keep(ws))
            while True:
                text = await ws.recv()
                self._heard = time.monotonic()
                self._receive(loads(text))
        finally:
            self._ws = None
            if keeper:
                keeper.cancel()
            await self._leave(ws)

    async def _leave(self, ws):
        try:
            await asyncio.wait_for(ws.close(), 2)
        except (asyncio.TimeoutError, OSError, websockets.WebSocketException):
            ws.transport.abort()

    async def _keep(self, ws):
        """Sends again what was never answered, then pings. Any frame is a sign of life."""
        for entry in list(self._pending.values()):
            await self._send(ws, entry)
        interval = self._heartbeat or self.ack.heartbeat_ms / 1000
        while True:
            await asyncio.sleep(interval)
            try:
                await self.ping(interval)
            except TradingError:
                if time.monotonic() - self._heard > interval:
                    ws.transport.abort()
                    return

    def _receive(self, raw):
        frame, kind = parse(raw), raw.get("type") or raw.get("kind")
        if isinstance(frame, Reply):
            entry = self._pending.get(frame.request_id)
            # What a leaving server refuses goes out again on the next connection.
            if entry and not entry["future"].done() and not (entry["keyed"] and frame.code == "SERVER_SHUTDOWN"):
                entry["future"].set_result(frame)
        elif kind == "system" and raw.get("code") == "SERVER_SHUTDOWN":
            self._floor = raw.get("detail", {}).get("reconnect_after_ms", 1000) / 1000
        elif kind == "resumed" and self._sequence:
            self._sequence.resumed(raw, self._put)
        elif isinstance(frame, (Candle, Price, CandleHistory)) and self._market:
            if not isinstance(frame, Price) and self._is_full():
                raise Again("the queue is full")  # the history is asked for again
            if received := self._market.receive(frame):
                self._put(received)
        elif isinstance(frame, ConfigUpdate) or (isinstance(frame, Pushed) and (not self._sequence or self._sequence.is_next(frame, self._is_full(), self._put))):
            self._put(frame)
            if isinstance(frame, OrderUpdate) and self._orders.updated(frame):
                self._tell()

    def _is_full(self):
        return self._queue.qsize() - bool(self._market and self._market.waiting) >= self._queue_size

    def _put(self, frame):
        if isinstance(frame, Gap):
            log.warning("frames are lost: %s", frame)
        if self._is_full() and not isinstance(frame, Price):
            log.warning("the queue is full, dropped: %s", frame)
        else:
            self._queue.put_nowait(frame)

    async def _dispatch(self):
        await self._entered.wait()
        while True:
            frame = await self._queue.get()
            for handed in self._market.hand(frame) if isinstance(frame, (Candle, Price, CandleHistory)) else (frame,):
                await self._hand(handed)
            self.seq = getattr(frame, "seq", None) or self.seq

    async def _hand(self, frame):
        if isinstance(frame, CandleGap) or (isinstance(frame, CandleHistory) and frame.note):
            log.warning("%s", frame)
        try:
            handler = self._handlers[type(frame)]
            result = handler(frame) if handler else None
            if inspect.isawaitable(result):
                await result
        except Exception as error:
            self._report(error, frame)

    def _report(self, error, frame):
        try:
            if self._on_error:
                return self._on_error(error, frame)
        except Exception:
            log.exception("on_error itself raised")
        log.error("a handler raised at %s", frame, exc_info=error)

    def _stop(self, stopped):
        self._stopped = self._stopped or stopped
        for entry in self._pending.values():
            if not entry["future"].done():
                entry["future"].set_exception(self._stopped)
        self._tell()

    def _tell(self):
        news, self._news = self._news, asyncio.Event()
        news.set()
