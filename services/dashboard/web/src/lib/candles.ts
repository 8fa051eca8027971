import type { Candle, Fill, OrderUpdate } from '../api/types'
import type { OrderStatus, Side } from '../api/words'
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
  side: Side
  qty: number
  price: number
  at: number
}

/** One an order and side, as its last update tells it: all that was filled, at the average price and the time of the last fill. */
export function marksOfFills(fills: readonly Fill[]): TradeMark[] {
  const marks = new Map<string, TradeMark>()
  for (const fill of fills) {
    const { symbol, side } = fill
    const id = `${fill.order_id}|${side}`
    const other = marks.get(id)
    const qty = (other?.qty ?? 0) + fill.qty
    const price = ((other ? other.qty * other.price : 0) + fill.qty * fill.price) / qty
    marks.set(id, { id, symbol, side, qty, price, at: Math.max(other?.at ?? 0, tradedAt(fill)) })
  }
  return [...marks.values()]
}

// The wall clock is right where nothing else was kept: a live market's own clock differs from it by seconds.
const tradedAt = (trade: { market_time: string | null; created_at: string }) => Date.parse(trade.market_time ?? trade.created_at)

// What tells of a trade that is done; the exits are orders of their own.
const TRADED: ReadonlySet<OrderStatus> = new Set(['filled', 'closed', 'stopped', 'took_profit'])

export function marksOfUpdates(updates: readonly OrderUpdate[]): TradeMark[] {
  return updates.flatMap((u) => {
    if (!TRADED.has(u.status) || u.avg_price === null || u.side === null) return []
    return [{ id: `${u.order_id}|${u.side}`, symbol: u.symbol, side: u.side, qty: u.qty, price: u.avg_price, at: tradedAt(u) }]
  })
}

/** How long a bar is, in ms, told by the nearest two: bars may lack in between. Infinite for fewer than two. */
const lengthOf = (opens: readonly number[]) => opens.reduce((least, open, i) => (i === 0 ? least : Math.min(least, open - opens[i - 1]!)), Infinity)

/**
 * Open time of the bar that a moment lies in, of bars oldest first; all in ms. The bar itself may still be on its way: then the last one stands in.
 * Null before the first of them, and where the last one is more than a bar back.
 */
export function barAt(opens: readonly number[], at: number): number | null {
  const next = opens.findIndex((open) => open > at)
  if (next === 0 || opens.length === 0) return null
  if (next > 0) return opens[next - 1]!
  const last = opens.at(-1)!
  return at < last + 2 * lengthOf(opens) ? last : null
}

/** Bars that a gap is drawn as at most: it is to be seen, not to push all else off the chart. */
const MAX_GAP = 10

/** Open times of the bars that lack between those there are, oldest first; all in ms. Of a long gap the first ones. */
export function lacking(opens: readonly number[], most = MAX_GAP): number[] {
  const length = lengthOf(opens)
  return opens.slice(1).flatMap((open, i) => {
    const missing = Math.min(Math.round((open - opens[i]!) / length) - 1, most)
    return Array.from({ length: missing }, (_, n) => opens[i]! + (n + 1) * length)
  })
}

export function mergeMarks(current: readonly TradeMark[], incoming: readonly TradeMark[], limit = 500): TradeMark[] {
  const byId = new Map(incoming.map((m) => [m.id, m]))
  for (const mark of current) byId.set(mark.id, mark)
  return [...byId.values()].sort((a, b) => a.at - b.at).slice(-limit)
}
