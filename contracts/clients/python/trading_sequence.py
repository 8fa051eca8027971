"""Keeps the frames of one group in one gap-free order across connections."""
from trading_frames import Gap


class Again(Exception):
    """Leave this connection for a new one."""


class Sequence:
    def __init__(self, resume_from):
        self._received, self._asked, self._doubted = resume_from, None, None

    def ask(self):
        """What the next connection has to begin after; None at the first."""
        self._asked = self._received
        return self._asked

    def begin(self, position):
        """Takes the server's position where none is known yet; False if there still is none."""
        self._received = self._received if self._received is not None else position
        return self._received is not None

    def is_next(self, frame, full, tell):
        """False for what was received before. A hole before the frame is asked for once; if it stays, the author is told."""
        last = self._received
        if frame.seq is None:
            return True
        if last is not None:
            if frame.seq <= last:
                return False
            if full:
                raise Again("the queue is full")  # the server's history is the rest of it
            if frame.prev_seq is not None and frame.prev_seq > last:
                if self._doubted != last:
                    self._doubted = last
                    raise Again(f"hole between {last} and {frame.seq}")
                tell(Gap(last, frame.seq, frame.seq))
        self._received = frame.seq
        return True

    def resumed(self, raw, tell):
        """How the server took up our resume_from. What it still holds is asked for; what it does not is told."""
        first, last = raw.get("first_seq"), raw.get("last_seq")
        if raw.get("recovered"):
            self.begin(last)
            return
        tell(Gap(self._asked, first, last))
        self._received = last
        if first and first - 1 != self._asked and (last is None or first <= last):
            self._received = first - 1
            raise Again("asks for what is still held")
