// What became of each decision: the update that ends its order, or why there is none to come.
import { NoOrder } from "./errors.js";
import { FINAL, type OrderUpdate, type Reply } from "./frames.js";

const REMEMBERED = 1000;
/** After these the decision that was sent first under the id may still have its order. */
const DOUBTFUL = new Set(["DECISION_ID_REUSED", "OUTCOME_UNKNOWN"]);

export class Orders {
  readonly #ends = new Map<string, OrderUpdate>();
  /** Undefined for one that was accepted. */
  readonly #replies = new Map<string, string | undefined>();

  /** The last update of a decision, or undefined while it is still to come. Throws NoOrder where none will. */
  end(decisionId: string): OrderUpdate | undefined {
    const end = this.#ends.get(decisionId);
    const refusal = this.#replies.get(decisionId);
    if (!end && refusal) throw new NoOrder(`no order comes of ${decisionId}: ${refusal}`);
    return end;
  }

  /** True if this update ends its order. */
  updated(update: OrderUpdate): boolean {
    const ends = FINAL.has(update.status);
    if (ends) remember(this.#ends, update.decision_id, update);
    return ends;
  }

  /** Takes what a decision was answered; one that was accepted is waited for whatever is answered to it later. */
  replied(decisionId: string, action: string, symbol: string, reply: Reply): void {
    if (reply.ok && reply.message === "accepted") {
      remember(this.#replies, decisionId, undefined);
      // Recorded only: the server tells nothing more of it.
      if (action === "NO_TRADE" && !this.#ends.has(decisionId)) remember(this.#ends, decisionId, recorded(decisionId, symbol, reply));
    } else if (!this.#replies.has(decisionId) && !reply.duplicate && !DOUBTFUL.has(reply.code ?? "")) {
      const faults = (reply.detail ?? []).map(({ path, rule }) => `${path} must be ${rule}`).join("; ");
      remember(this.#replies, decisionId, reply.ok ? "it was only validated (validate_only)" : `it was refused: ${reply.code ?? reply.message} ${faults}`.trim());
    }
  }

  /** A refused decision is sent again: what it was answered before counts no more. */
  retried(decisionId: string): void {
    if (this.#replies.get(decisionId)) this.#replies.delete(decisionId);
  }
}

const recorded = (decision_id: string, symbol: string, { id }: Reply): OrderUpdate => ({
  frame: "order", status: "recorded", decision_id, event_id: id ?? "", correlation_id: null, order_id: "", symbol, side: null,
  qty: 0, avg_price: null, fee: 0, realized_pnl: 0, reason: null, created_at: "",
});

function remember<T>(memory: Map<string, T>, key: string, value: T): void {
  memory.set(key, value);
  if (memory.size > REMEMBERED) memory.delete(memory.keys().next().value!);
}
