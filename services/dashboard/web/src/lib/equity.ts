import type { Equity } from '../api/types'

export interface CurvePoint {
  /** Seconds since 1970. */
  time: number
  value: number
}

/**
 * The sum of the accounts' equity over time. Between its samples an account keeps its last value; before its first
 * one it counts with that, so an account that opens later does not look like a gain.
 */
export function equityCurve(samples: readonly Equity[], accounts: ReadonlySet<string> | null): CurvePoint[] {
  const wanted = samples.filter((s) => accounts === null || accounts.has(s.account_id))
  const latest = new Map<string, number>()
  for (const sample of wanted) if (!latest.has(sample.account_id)) latest.set(sample.account_id, sample.equity)

  const points = new Map<number, number>()
  for (const sample of wanted) {
    latest.set(sample.account_id, sample.equity)
    let sum = 0
    for (const value of latest.values()) sum += value
    points.set(Math.floor(Date.parse(sample.created_at) / 1000), sum)
  }
  return [...points].map(([time, value]) => ({ time, value })).sort((a, b) => a.time - b.time)
}
