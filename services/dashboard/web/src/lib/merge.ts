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

/** Of items with one key the newest, whatever order they come in; of equally new ones the last. */
export function newestByKey<T>(items: Iterable<T>, key: (item: T) => string, at: (item: T) => string): Map<string, T> {
  const newest = new Map<string, T>()
  for (const item of items) {
    const known = newest.get(key(item))
    if (known === undefined || Date.parse(at(item)) >= Date.parse(at(known))) newest.set(key(item), item)
  }
  return newest
}

interface Sample {
  account_id: string
  mode: string
  created_at: string
}

/** Puts samples into a time series: of each second and account the newest, oldest first, so many of each mode. */
export function mergeSeries<T extends Sample>(current: readonly T[], incoming: readonly T[], limit = 2000): T[] {
  const newest = new Map<string, { item: T; at: number }>()
  for (const item of [...current, ...incoming]) {
    const at = Date.parse(item.created_at)
    const key = `${item.account_id}|${Math.floor(at / 1000)}`
    const known = newest.get(key)
    if (!known || at >= known.at) newest.set(key, { item, at })
  }
  const counts = new Map<string, number>()
  const latestFirst = [...newest.values()].sort((a, b) => b.at - a.at)
  const kept = latestFirst.filter(({ item }) => {
    const count = (counts.get(item.mode) ?? 0) + 1
    counts.set(item.mode, count)
    return count <= limit
  })
  return kept.reverse().map(({ item }) => item)
}

/**
 * Rows that were loaded take the place of what the page has, but for items that came live while they were under way (`before` is what the page
 * had when they were asked for): of such an item and its row `choose` says what counts.
 */
export function replaceRows<T>(current: readonly T[], loaded: readonly T[], before: readonly T[] | undefined, key: (item: T) => string, choose: (live: T, row: T) => T): T[] {
  const old = new Set(before)
  const live = new Map(current.filter((item) => !old.has(item)).map((item) => [key(item), item]))
  const rows = loaded.map((row) => {
    const other = live.get(key(row))
    live.delete(key(row))
    return other === undefined ? row : choose(other, row)
  })
  return [...rows, ...live.values()]
}
