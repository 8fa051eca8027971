/** What belongs together: an event, the discussions it caused, their decision, the decision's order. */
export interface Chain {
  events: ReadonlySet<string>
  discussions: ReadonlySet<string>
  decisions: ReadonlySet<string>
  orders: ReadonlySet<string>
}

export type ChainStart = { kind: 'event' | 'discussion' | 'decision' | 'order'; id: string }

interface Links {
  events: readonly { id: string }[]
  discussions: readonly { id: string; trigger_event_id: string | null; decision_id: string | null }[]
  decisions: readonly { id: string; trigger_event_id: string | null }[]
  orders: readonly { id: string; decision_id: string; trigger_event_id: string | null }[]
}

export const NO_CHAIN: Chain = { events: new Set(), discussions: new Set(), decisions: new Set(), orders: new Set() }

/**
 * Follows the links both ways from one item: trigger_event_id ties everything to the event,
 * decision_id ties a discussion and an order to their decision where an event is not named.
 */
export function linkChain(start: ChainStart | null, { events, discussions, decisions, orders }: Links): Chain {
  if (!start) return NO_CHAIN
  const eventIds = new Set<string>()
  const decisionIds = new Set<string>()
  const add = (set: Set<string>, id: string | null | undefined) => {
    if (id) set.add(id)
  }

  const discussion = start.kind === 'discussion' ? discussions.find((d) => d.id === start.id) : undefined
  const order = start.kind === 'order' ? orders.find((o) => o.id === start.id) : undefined
  if (start.kind === 'event') eventIds.add(start.id)
  if (start.kind === 'decision') {
    decisionIds.add(start.id)
    add(eventIds, decisions.find((d) => d.id === start.id)?.trigger_event_id)
  }
  add(eventIds, discussion?.trigger_event_id ?? order?.trigger_event_id)
  add(decisionIds, discussion?.decision_id ?? order?.decision_id)

  // From an item that names only its decision, the decision's event is one step further.
  for (const d of decisions) if (decisionIds.has(d.id)) add(eventIds, d.trigger_event_id)
  for (const d of decisions) if (d.trigger_event_id && eventIds.has(d.trigger_event_id)) decisionIds.add(d.id)
  const belongs = (item: { trigger_event_id: string | null; decision_id: string | null }) =>
    (item.trigger_event_id !== null && eventIds.has(item.trigger_event_id)) ||
    (item.decision_id !== null && decisionIds.has(item.decision_id))

  const linkedDiscussions = discussions.filter((d) => d.id === start.id || belongs(d))
  for (const d of linkedDiscussions) add(decisionIds, d.decision_id)
  return {
    events: new Set(events.filter((e) => eventIds.has(e.id)).map((e) => e.id)),
    discussions: new Set(linkedDiscussions.map((d) => d.id)),
    decisions: new Set(decisions.filter((d) => decisionIds.has(d.id)).map((d) => d.id)),
    orders: new Set(orders.filter((o) => o.id === start.id || belongs(o)).map((o) => o.id)),
  }
}
