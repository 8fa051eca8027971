import type { Group, Market } from '../api/types'

/** What people must know about where prices come from, a dead feed and since when among it; null while they are live without remarks. */
export function marketNotice(market: Market | null | undefined): string | null {
  if (!market) return null
  if (market.notice) return market.notice
  if (market.source === 'simulated') return 'Simulated market: prices are made up.'
  if (market.source.startsWith('replay')) return 'Replayed market: prices are from a recording.'
  return null
}

/**
 * The symbol that is shown: the one chosen, else the selected group's, also where this market has nothing of it; else one of the market that an active
 * group trades, or its first. Null until the market is known.
 */
export function shownSymbol(market: Market | null | undefined, groups: readonly Group[], selected: string | null, chosen: string | null): string | null {
  const symbols = market?.symbols ?? []
  if (chosen !== null && symbols.includes(chosen)) return chosen
  const group = groups.find((g) => g.id === selected)
  return group?.symbol ?? groups.find((g) => g.active && symbols.includes(g.symbol))?.symbol ?? symbols[0] ?? null
}

/** Items per minute over the last full minute before `now`, both in ms. */
export function perMinute(times: readonly string[], now: number): number {
  return times.filter((t) => now - Date.parse(t) < 60_000).length
}
