import type { Account, Equity } from '../api/types'

export interface CurvePoint {
  /** Seconds since 1970. */
  time: number
  value: number
}

/**
 * The sum of the accounts' equity over time; the accounts are of one mode. Between its samples an account keeps its last value, before its first
 * one it counts with that, so an account that opens later does not look like a gain, and one without samples counts with what it is worth now.
 */
export function equityCurve(samples: readonly Equity[], accounts: readonly Account[]): CurvePoint[] {
  const modes = new Map(accounts.map((a) => [a.id, a.mode]))
  const wanted = samples.filter((s) => modes.get(s.account_id) === s.mode)
  const latest = new Map(accounts.map((a) => [a.id, a.equity]))
  for (const sample of wanted.toReversed()) latest.set(sample.account_id, sample.equity)

  const points = new Map<number, number>()
  for (const sample of wanted) {
    latest.set(sample.account_id, sample.equity)
    let sum = 0
    for (const value of latest.values()) sum += value
    points.set(Math.floor(Date.parse(sample.created_at) / 1000), sum)
  }
  return [...points].map(([time, value]) => ({ time, value }))
}

/** Where the curve ends: what the accounts are worth now. `at` is in ms. */
export function curveEnd(curve: readonly CurvePoint[], equity: number, at: number): CurvePoint {
  return { time: Math.max(curve.at(-1)?.time ?? 0, Math.floor(at / 1000)), value: equity }
}
