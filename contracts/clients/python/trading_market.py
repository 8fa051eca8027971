"""The feature market: closed candles in order, each bar once, and the newest price."""
import bisect
import math
import re
import time
from dataclasses import replace
from datetime import timedelta

from trading_frames import Candle, CandleGap, CandleHistory, Price

MAX_CANDLES, KEPT = 1000, 500
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def length(interval):
    """How long a bar of this interval is; None for a name that is none."""
    parts = re.fullmatch(r"([1-9][0-9]{0,6})([smhdw])", interval)
    return timedelta(seconds=int(parts[1]) * _UNITS[parts[2]]) if parts else None


def feature(pace, candles, on_candle, on_price):
    """How the feature is asked for, None where nothing of it is wanted. ValueError for what the server would refuse."""
    if candles is not None and not 1 <= candles <= MAX_CANDLES:
        raise ValueError(f"candles is {candles}: expected 1 to {MAX_CANDLES}")
    if pace is None:
        return "market" if on_price else "market:0" if candles or on_candle else None
    parts = re.fullmatch(r"([0-9]{1,6})(ms|s)", str(pace))
    if str(pace) != "0" and not (parts and 100 <= int(parts[1]) * (1 if parts[2] == "ms" else 1000) <= 60_000):
        raise ValueError(f"market is {pace}: expected a pace of prices from 100ms to 60s, or 0 for none")
    return f"market:{pace}"


class CandleBook:
    """The last closed bars in order. Told is what was handed or came as history: a bar is handed once, and never behind a later one."""

    def __init__(self, keep):
        self.bars, self._keep, self._told, self._of = [], keep, None, None

    def add(self, candle):
        """What to hand on of one bar, in this order. A bar that is told again or late changes the book alone."""
        self._begin(candle)
        if self._told is None or candle.open_time > self._told:
            yield from self._new(candle)
        else:
            self._place(candle)

    def refill(self, candles):
        """What to hand on of a history: of the first one nothing but holes, after a reconnect the bars that were missed."""
        candles = sorted(candles, key=lambda c: c.open_time)
        if not candles:
            return
        self._begin(candles[0])
        bar = length(candles[-1].interval)
        if self._told is not None and bar and candles[-1].open_time < self._told - 3 * bar:
            self._restart(candles[0])  # the market went back in time: it has another source now
        first = self._told is None
        for candle in candles:
            if self._told is not None and candle.open_time <= self._told:
                self._place(candle)
            elif not first:
                yield from self._new(replace(candle, replayed=True))
            else:
                yield from (frame for frame in self._new(candle) if isinstance(frame, CandleGap))

    def _begin(self, candle):
        if self._of != (candle.symbol, candle.interval):
            self._restart(candle)

    def _restart(self, candle):
        self.bars, self._told, self._of = [], None, (candle.symbol, candle.interval)

    def _new(self, candle):
        bar = length(candle.interval)
        if self._told is not None and bar and candle.open_time != self._told + bar:
            yield CandleGap(candle.symbol, candle.interval, self._told, candle.open_time, math.ceil((candle.open_time - self._told) / bar) - 1)
        self._told = candle.open_time
        self._place(candle)
        yield candle

    def _place(self, candle):
        at = bisect.bisect_left([c.open_time for c in self.bars], candle.open_time)
        same = at < len(self.bars) and self.bars[at].open_time == candle.open_time
        self.bars[at:at + same] = [candle]
        del self.bars[:-self._keep]


class Market:
    """Between the connection and the handlers: histories travel as one, of prices only the newest waits."""

    def __init__(self, candles):
        self.book, self.price = CandleBook(candles or KEPT), None
        self._wanted, self._collecting, self._of, self._heard, self._waiting = candles, None, None, None, None

    def ask(self):
        """How many candles of history the next connection asks for: what was wanted, and what was missed meanwhile."""
        wanted = self._wanted or 0
        if self._heard is not None:
            bar = length(self._of[1])
            wanted = max(wanted, math.ceil((time.monotonic() - self._heard) / bar.total_seconds()) + 2) if bar else MAX_CANDLES
        self._collecting = [] if wanted else None
        return min(wanted, MAX_CANDLES) or None

    @property
    def waiting(self):
        """Of the queue's places one is the price's, which never takes one of the others."""
        return self._waiting is not None

    def receive(self, frame):
        """What goes into the queue for a frame; None for nothing."""
        if isinstance(frame, Price):
            first, self.price, self._waiting = self._waiting is None, frame, frame
            return frame if first else None
        if isinstance(frame, CandleHistory):
            candles, self._collecting = self._collecting or [], None
            if not candles and not frame.complete:
                self._collecting = []  # the market has not answered yet: another history follows
            return replace(frame, candles=candles)
        self._heard = time.monotonic()
        if self._wanted and self._of not in (None, (frame.symbol, frame.interval)):
            self._collecting = []  # the group got another market: its history comes first
        self._of = frame.symbol, frame.interval
        if self._collecting is None:
            return frame
        self._collecting.append(frame)
        del self._collecting[:-MAX_CANDLES]
        return None

    def hand(self, frame):
        """What the handlers get for what was in the queue."""
        if isinstance(frame, Price):
            newest, self._waiting = self._waiting, None
            yield newest
        elif isinstance(frame, Candle):
            yield from self.book.add(frame)
        else:
            yield from self.book.refill(frame.candles)
            yield frame
