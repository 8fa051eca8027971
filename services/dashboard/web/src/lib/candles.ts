import type { Candle, Fill, OrderUpdate, Price } from '../api/types'
import { decimals } from './format'

/** Upserts candles by open time, oldest first. A closed one replaces another: what is told later of the same time is truer. */
export function mergeCandles(current: readonly Candle[], incoming: readonly Candle[], limit = 1000): Candle[] {
  const byTime = new Map(current.map((c) => [Date.parse(c.open_time), c]))
  for (const candle of incoming) {
    const key = Date.parse(candle.open_time)
    // A closed candle is final; a late partial one must not reopen it.
    const known = byTime.get(key)
    if (known?.closed && !candle.closed) continue
    // Of two that still move the one that more was traded in is the newer.
    if (known && !known.closed && !candle.closed && known.volume > candle.volume) continue
    byTime.set(key, candle)
  }
  return [...byTime].sort(([a], [b]) => a - b).slice(-limit).map(([, candle]) => candle)
}

/**
 * Candles that were loaded, and the live ones that came while they were under way. A loaded one that is closed is the record and replaces what the
 * page has of its time; what the page has of the loaded span and the record has not is of another market, or was never whole.
 */
export function mergeLoaded(current: readonly Candle[], loaded: readonly Candle[], limit = 1000): Candle[] {
  const last = loaded.at(-1)
  if (!last) return []
  const from = Date.parse(loaded[0]!.open_time)
  const to = Date.parse(last.open_time)
  const known = new Map(loaded.map((c) => [Date.parse(c.open_time), c]))
  // Nothing older is kept: it may have been told of another market, and the record has as much as is shown.
  const live = current.filter((c) => {
    const at = Date.parse(c.open_time)
    return at > to || (at >= from && known.has(at) && !known.get(at)!.closed)
  })
  return mergeCandles(loaded, live, limit)
}

/** How many digits behind the point the prices of candles have: as many as the symbol's tick, or more where one has more. */
export function finest(candles: readonly Candle[], tick: number | undefined): number {
  return candles.reduce((most, c) => Math.max(most, decimals(c.open), decimals(c.high), decimals(c.low), decimals(c.close)), tick === undefined ? 0 : decimals(tick))
}

/** A trade on the chart. `at` is market time in ms. */
export interface TradeMark {
  id: string
  symbol: string
  side: 'BUY' | 'SELL'
  qty: number
  price: number
  at: number
}

export function marksOfFills(fills: readonly Fill[]): TradeMark[] {
  return fills.map((f) => ({ id: `${f.order_id}|${f.side}`, symbol: f.symbol, side: f.side, qty: f.qty, price: f.price, at: Date.parse(f.created_at) }))
}

// What tells of a trade that is done; the exits are orders of their own.
const TRADED = new Set(['filled', 'closed', 'stopped', 'took_profit'])

/** A replayed market's clock differs from the wall clock; the newest price tells by how much. */
export function marksOfUpdates(updates: readonly OrderUpdate[], prices: Readonly<Record<string, Price>>): TradeMark[] {
  return updates.flatMap((u) => {
    if (!TRADED.has(u.status) || u.avg_price === null || u.side === null) return []
    const tick = prices[u.symbol]
    const offset = tick ? Date.parse(tick.market_time) - Date.parse(tick.observed_at) : 0
    const at = Date.parse(u.created_at) + (Math.abs(offset) > 60_000 ? offset : 0)
    return [{ id: `${u.order_id}|${u.side}`, symbol: u.symbol, side: u.side, qty: u.qty, price: u.avg_price, at }]
  })
}

export function mergeMarks(current: readonly TradeMark[], incoming: readonly TradeMark[], limit = 500): TradeMark[] {
  const byId = new Map(incoming.map((m) => [m.id, m]))
  // The first sighting wins: a live one knows the market's time.
  for (const mark of current) byId.set(mark.id, mark)
  return [...byId.values()].sort((a, b) => a.at - b.at).slice(-limit)
}
