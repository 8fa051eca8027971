/** Lists on the page are bounded, so a page left open for days stays as quick as a fresh one. */
export const LIST_LIMIT = 200

interface Timed {
  id: string
  created_at: string
}

/**
 * Puts incoming items into a list that is newest first. An item that is already there takes over the fields
 * the incoming one has (undefined changes nothing), so a live item does not wipe what REST knew more of.
 */
export function mergeById<T extends Timed>(current: readonly T[], incoming: readonly T[], limit = LIST_LIMIT): T[] {
  if (incoming.length === 0) return current as T[]
  const byId = new Map(current.map((item) => [item.id, item]))
  for (const item of incoming) {
    const known = byId.get(item.id)
    byId.set(item.id, known ? { ...known, ...defined(item) } : item)
  }
  return [...byId.values()].sort(newestFirst).slice(0, limit)
}

function newestFirst(a: Timed, b: Timed): number {
  const byTime = Date.parse(b.created_at) - Date.parse(a.created_at)
  if (byTime !== 0) return byTime
  return a.id < b.id ? 1 : a.id > b.id ? -1 : 0
}

function defined<T extends object>(item: T): Partial<T> {
  return Object.fromEntries(Object.entries(item).filter(([, value]) => value !== undefined)) as Partial<T>
}

/** Appends samples to a time series, one per second and account, oldest first. */
export function mergeSeries<T extends { account_id: string; created_at: string }>(
  current: readonly T[],
  incoming: readonly T[],
  limit = 2000,
): T[] {
  const key = (item: T) => `${item.account_id}|${Math.floor(Date.parse(item.created_at) / 1000)}`
  const byKey = new Map(current.map((item) => [key(item), item]))
  for (const item of incoming) byKey.set(key(item), item)
  return [...byKey.values()].sort((a, b) => Date.parse(a.created_at) - Date.parse(b.created_at)).slice(-limit)
}
