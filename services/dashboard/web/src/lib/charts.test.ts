import { describe, expect, it } from 'vitest'
import type { Candle, Fill, OrderUpdate } from '../api/types'
import { barAt, finest, lacking, marksOfFills, marksOfUpdates, mergeCandles, mergeLoaded, mergeMarks, type TradeMark } from './candles'
import { speaker, stance, text, words } from './opinion'
import { Rate } from './rate'

const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds)).toISOString()
const candle = (s: number, close: number, closed: boolean) => ({ symbol: 'BTCUSDT', interval: '1m', open_time: at(s), close, closed }) as Candle

describe('mergeCandles', () => {
  it('upserts by time and never reopens a closed one', () => {
    const merged = mergeCandles([candle(60, 2, true)], [candle(0, 1, true), candle(60, 9, false), candle(120, 3, false)])
    expect(merged.map((c) => c.close)).toEqual([1, 2, 3])
  })
})

describe('the newest of a candle that still moves', () => {
  const moving = (close: number, volume: number) => ({ ...candle(60, close, false), volume }) as Candle

  it.each([
    ['told later', [moving(5, 10)], [moving(6, 11)]],
    ['loaded while the hub was away', [moving(6, 11)], [moving(5, 10)]],
  ])('wins where it was %s', (_, current, incoming) => {
    expect(mergeCandles(current, incoming).map((c) => c.close)).toEqual([6])
  })
})

describe('finest', () => {
  const bar = (value: number) => ({ open: value, high: value, low: value, close: value }) as Candle

  it.each([
    [[96863.6], 0.1, 1],
    [[96863], 0.1, 1],
    [[96863.65], 0.1, 2],
    [[0.00000394, 0.000004], undefined, 8],
    [[0.00000001], 0.00000001, 8],
    [[12], undefined, 0],
    [[], 0.01, 2],
  ])('of %j with tick %s is %i', (values, tick, places) => {
    expect(finest(values.map(bar), tick)).toBe(places)
  })
})

describe('the bars that lack', () => {
  it.each([
    [[], []],
    [[0], []],
    [[0, 60, 120], []],
    [[0, 60, 240, 300], [120, 180]],
    [[0, 60, 60 * 100], [120, 180, 240]],
  ])('between %j are %j', (opens, lacks) => {
    expect(lacking(opens, 3)).toEqual(lacks)
  })
})

describe('mergeLoaded', () => {
  it('takes the record of a minute that was told half-made', () => {
    const page = [candle(0, 1, true), candle(60, 2, true), candle(120, 3, false)]
    expect(mergeLoaded(page, [candle(0, 1, true), candle(60, 5, true), candle(120, 4, false)]).map((c) => c.close)).toEqual([1, 5, 3])
  })

  it('keeps what came live behind the record and drops what the record does not know', () => {
    const merged = mergeLoaded([candle(60, 9, true), candle(180, 7, true), candle(240, 8, false)], [candle(0, 1, true), candle(120, 3, true)])
    expect(merged.map((c) => c.close)).toEqual([1, 3, 7, 8])
  })

  it('replaces a closed candle by a later version of it', () => {
    expect(mergeCandles([candle(60, 2, true)], [candle(60, 5, true)]).map((c) => c.close)).toEqual([5])
  })
})

describe('trade marks', () => {
  const update = { order_id: 'o', symbol: 'BTCUSDT', side: 'BUY', status: 'filled', qty: 1, avg_price: 5, created_at: at(0), market_time: at(-7200) } as OrderUpdate
  const fill = { order_id: 'o', symbol: 'BTCUSDT', side: 'BUY', qty: 1, price: 5, created_at: at(0), market_time: at(-7200) } as Fill

  it('stand at market time, told live or loaded after a reload', () => {
    expect(marksOfUpdates([update])).toEqual(marksOfFills([fill]))
    expect(marksOfFills([fill])[0]?.at).toBe(Date.parse(at(-7200)))
    expect(marksOfFills([{ ...fill, market_time: null }])[0]?.at).toBe(Date.parse(at(0)))
  })

  it('are one for an order that was filled in parts', () => {
    const marks = marksOfFills([{ ...fill, qty: 3, price: 6, market_time: at(-60) }, fill])
    expect(marks).toEqual([{ id: 'o|BUY', symbol: 'BTCUSDT', side: 'BUY', qty: 4, price: 5.75, at: Date.parse(at(-60)) }])
  })

  it('belong to the bar they were traded in, whatever its length and beside a gap', () => {
    const hours = [0, 1, 2, 26].map((h) => h * 3_600_000)
    const hour = 3_600_000
    expect([-1, 0, hour - 1, hour, 2.5 * hour, 26.5 * hour, 27.9 * hour, 28 * hour].map((t) => barAt(hours, t))).toEqual([null, 0, 0, hour, 2 * hour, 26 * hour, 26 * hour, null])
    expect(barAt([], 1)).toBeNull()
  })

  it('shows exits, each once', () => {
    const exit = { ...update, order_id: 'x', side: 'SELL', avg_price: 4, decision_id: 'd' } as OrderUpdate
    const marks = marksOfUpdates([update, { ...exit, status: 'stopped' }, { ...exit, order_id: 'y', status: 'closed' }])
    expect(marks.map((m) => [m.id, m.side, m.price])).toEqual([['o|BUY', 'BUY', 5], ['x|SELL', 'SELL', 4], ['y|SELL', 'SELL', 4]])
    expect(mergeMarks(marks, marks)).toHaveLength(3)
  })

  it('ignores what did not fill and keeps the first sighting', () => {
    expect(marksOfUpdates([{ ...update, status: 'accepted' }])).toEqual([])
    const first = { id: 'o', at: 1 } as TradeMark
    expect(mergeMarks([first], [{ id: 'o', at: 2 } as TradeMark])).toEqual([first])
  })
})

describe('opinions', () => {
  it('sorts stances', () => {
    expect([{ stance: 'LONG' }, { stance: 'bearish' }, { action: 'NO_TRADE' }, { decision: 'close' }, null].map(stance)).toEqual(['long', 'short', 'neutral', 'close', 'neutral'])
  })

  it('finds name and words whatever they are called', () => {
    expect(speaker({ role: 'risk_analyst' })).toBe('risk_analyst')
    expect(words({ message: 'hi' })).toBe('hi')
    expect(text({ a: 1 })).toBe('{"a":1}')
  })
})

describe('Rate', () => {
  it('forgets after a minute', () => {
    const rate = new Rate()
    rate.add(3, 0)
    rate.add(2, 30_000)
    expect(rate.perMinute(59_000)).toBe(5)
    expect(rate.perMinute(61_000)).toBe(2)
  })
})
