import type { Order, OrderUpdate } from '../api/types'
import { OPEN_STATUSES, type OrderStatus } from '../api/words'
import { LIST_LIMIT, mergeById } from './merge'

const OPEN: ReadonlySet<OrderStatus> = new Set(OPEN_STATUSES)

/** Folds live updates into the orders; an update that is older than what is known changes nothing. */
export function applyUpdates(orders: readonly Order[], updates: readonly OrderUpdate[], limit = LIST_LIMIT): Order[] {
  const byId = new Map(orders.map((order) => [order.id, order]))
  for (const update of updates) {
    const known = byId.get(update.order_id)
    if (known && Date.parse(update.created_at) < Date.parse(known.updated_at)) continue
    if (known && !OPEN.has(known.status) && OPEN.has(update.status)) continue
    byId.set(update.order_id, {
      ...update,
      id: update.order_id,
      // Updates of older versions do not say them.
      action: update.action ?? known?.action ?? null,
      type: update.type ?? known?.type ?? null,
      price: update.price ?? known?.price ?? null,
      created_at: known?.created_at ?? update.created_at,
      updated_at: update.created_at,
    })
  }
  return mergeById([], [...byId.values()], limit)
}

/** Puts orders from REST into the known ones; the later state of each wins. */
export function mergeOrders(current: readonly Order[], loaded: readonly Order[], limit = LIST_LIMIT): Order[] {
  const known = new Map(current.map((order) => [order.id, order]))
  const newer = loaded.filter((order) => {
    const other = known.get(order.id)
    return !other || Date.parse(order.updated_at) >= Date.parse(other.updated_at)
  })
  const actions = loaded.filter((order) => !newer.includes(order)).map((order) => ({ ...(known.get(order.id) as Order), action: order.action }))
  return mergeById(current, [...newer, ...actions], limit)
}
