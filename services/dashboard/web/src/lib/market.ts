import type { Market } from '../api/types'

/** What people must know about where prices come from; null while they are live without remarks. */
export function marketNotice(market: Market | null | undefined): string | null {
  if (!market) return null
  if (market.notice) return market.notice
  if (market.source === 'simulated') return 'Simulated market: prices are made up.'
  if (market.source.startsWith('replay')) return 'Replayed market: prices are from a recording.'
  return null
}

/** Items per minute over the last full minute before `now`, both in ms. */
export function perMinute(times: readonly string[], now: number): number {
  return times.filter((t) => now - Date.parse(t) < 60_000).length
}
