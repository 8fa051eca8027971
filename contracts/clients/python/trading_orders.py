"""What became of each decision: the update that ends its order, or why there is none to come."""
from collections import OrderedDict

from trading_errors import NoOrder
from trading_frames import FINAL, OrderUpdate

REMEMBERED = 1000
# After these the decision that was sent first under the id may still have its order.
_DOUBTFUL = ("DECISION_ID_REUSED", "OUTCOME_UNKNOWN")


class Orders:
    def __init__(self):
        self._ends, self._replies = OrderedDict(), OrderedDict()

    def end(self, decision_id):
        """The last update of a decision, or None while it is still to come. NoOrder where none will."""
        if decision_id in self._ends:
            return self._ends[decision_id]
        refusal = self._replies.get(decision_id)
        if refusal:
            raise NoOrder(f"no order comes of {decision_id}: {refusal}")
        return None

    def updated(self, update):
        """True if this update ends its order."""
        if update.status in FINAL:
            _remember(self._ends, update.decision_id, update)
        return update.status in FINAL

    def replied(self, decision_id, action, symbol, reply):
        """Takes what a decision was answered; one that was accepted is waited for whatever is answered to it later."""
        if reply.ok and reply.message == "accepted":
            _remember(self._replies, decision_id, None)
            if action == "NO_TRADE" and decision_id not in self._ends:
                # Recorded only: the server tells nothing more of it.
                _remember(self._ends, decision_id, OrderUpdate(status="recorded", decision_id=decision_id, event_id=reply.id, symbol=symbol))
        elif decision_id not in self._replies and not reply.duplicate and reply.code not in _DOUBTFUL:
            faults = "; ".join(f"{fault.get('path')} must be {fault.get('rule')}" for fault in reply.detail)
            _remember(self._replies, decision_id, "it was only validated (validate_only)" if reply.ok else f"it was refused: {reply.code or reply.message} {faults}".strip())

    def retried(self, decision_id):
        """A refused decision is sent again: what it was answered before counts no more."""
        if self._replies.get(decision_id):
            del self._replies[decision_id]


def _remember(memory, key, value):
    memory[key] = value
    if len(memory) > REMEMBERED:
        memory.popitem(last=False)
