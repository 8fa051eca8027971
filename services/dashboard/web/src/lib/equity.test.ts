import { describe, expect, it } from 'vitest'
import type { Account, Equity, Position, Price } from '../api/types'
import { applySnapshots, withLiveValue } from './accounts'
import { curveEnd, equityCurve } from './equity'
import { mergeSeries, replaceRows } from './merge'
import { modesOf, totalsByMode } from './modes'
import { applyEquity, mark, newerPosition, newestPrices, positionKey } from './positions'

const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, 0) + seconds * 1000).toISOString()
const second = (s: number) => Date.parse(at(s)) / 1000
const sample = (account_id: string, s: number, equity: number, mode = 'simulated') => ({ account_id, mode, created_at: at(s), equity }) as Equity
const account = (id: string, equity: number, mode = 'simulated') => ({ id, mode, balance: equity, equity, realized_pnl: 0, unrealized_pnl: 0 }) as Account
const position = (account_id: string, unrealized_pnl: number | null, more: Partial<Position> = {}) =>
  ({ account_id, group_id: 'g', symbol: 'BTCUSDT', side: 'LONG', qty: 1, avg_price: 100, realized_pnl: 0, unrealized_pnl, updated_at: at(0), ...more }) as Position

describe('mergeSeries', () => {
  // REST lists the newest first, the hub tells the oldest first.
  it.each([
    ['newest first', [sample('a', 5.9, 3), sample('a', 5.5, 2), sample('a', 5.1, 1)]],
    ['oldest first', [sample('a', 5.1, 1), sample('a', 5.5, 2), sample('a', 5.9, 3)]],
    ['in no order', [sample('a', 5.9, 3), sample('a', 5.1, 1), sample('a', 5.5, 2)]],
  ])('keeps the newest sample of a second, told %s', (_, samples) => {
    expect(mergeSeries([], samples).map((s) => s.equity)).toEqual([3])
    expect(mergeSeries(samples, []).map((s) => s.equity)).toEqual([3])
  })

  it('keeps a live sample that is newer than the loaded one, and the other way round', () => {
    expect(mergeSeries([sample('a', 5.9, 2)], [sample('a', 5.1, 1)]).map((s) => s.equity)).toEqual([2])
    expect(mergeSeries([sample('a', 5.1, 1)], [sample('a', 5.9, 2)]).map((s) => s.equity)).toEqual([2])
  })

  it('has one sample a second and account, oldest first', () => {
    expect(mergeSeries([sample('x', 2, 1)], [sample('x', 2.5, 5), sample('x', 1, 3), sample('y', 2, 4)]).map((s) => s.equity)).toEqual([3, 4, 5])
  })

  it('does not let busy simulated accounts push a quiet live one out', () => {
    const busy = Array.from({ length: 10 }, (_, i) => sample('s', i + 1, i))
    const kept = mergeSeries([sample('l', 0, 500, 'live')], busy, 3)
    expect(kept.map((s) => [s.account_id, s.equity])).toEqual([['l', 500], ['s', 7], ['s', 8], ['s', 9]])
  })
})

describe('equityCurve', () => {
  it('sums accounts without jumps when one opens later', () => {
    const values = equityCurve([sample('a', 1, 100), sample('b', 2, 50), sample('a', 3, 110)], [account('a', 110), account('b', 50)]).map((p) => p.value)
    expect(values).toEqual([150, 150, 160])
  })

  it('holds every account of the tile, those without samples too, and no other', () => {
    const accounts = [account('a', 100), account('quiet', 1_000)]
    expect(equityCurve([sample('a', 1, 100), sample('gone', 2, 7)], accounts)).toEqual([{ time: second(1), value: 1_100 }])
  })

  it('is of one mode: what an account was worth in another is not', () => {
    expect(equityCurve([sample('a', 1, 1_000_000, 'sandbox'), sample('a', 2, 500, 'live')], [account('a', 500, 'live')]).map((p) => p.value)).toEqual([500])
  })

  it('ends with what the tile says', () => {
    const rows = [sample('a', 5.9, 8_985_562), sample('a', 5.1, 7_988_882)]
    const accounts = [account('a', 8_985_562)]
    const [totals] = totalsByMode(accounts, [])
    const curve = equityCurve(mergeSeries([], rows), accounts)
    expect(curve.at(-1)!.value).toBe(totals!.equity)
    expect(curveEnd(curve, totals!.equity, Date.parse(at(7)))).toEqual({ time: second(7), value: 8_985_562 })
    expect(curveEnd(curve, totals!.equity, Date.parse(at(3))).time).toBe(second(5))
    expect(curveEnd([], 5, Date.parse(at(3)))).toEqual({ time: second(3), value: 5 })
  })
})

describe('totalsByMode', () => {
  const accounts = [account('s1', 1_000_000), account('l', 500, 'live'), account('s2', 2_000), account('t', 70, 'sandbox')]

  it('never adds up modes, and puts real money first', () => {
    expect(modesOf(accounts)).toEqual(['live', 'sandbox', 'simulated'])
    const totals = totalsByMode(accounts, [position('s1', -10), position('l', 5), position('l', null, { symbol: 'ETHUSDT' }), position('elsewhere', 99)])
    expect(totals.map((t) => [t.mode, t.accounts, t.equity, t.unrealised, t.open])).toEqual([
      ['live', 1, 505, 5, 2],
      ['sandbox', 1, 70, 0, 0],
      ['simulated', 2, 1_001_990, -10, 1],
    ])
  })

  it('is empty without accounts', () => {
    expect(totalsByMode([], [])).toEqual([])
  })
})

describe('positions', () => {
  const short = position('a', 0, { side: 'SHORT', qty: -2, updated_at: at(3) })
  const snapshot = (s: number, qty: number, group_id = 'g') =>
    ({ account_id: 'a', group_id, group_name: 'G', created_at: at(s), positions: [{ symbol: 'BTCUSDT', qty, avg_price: 0, mark_price: 90, realized_pnl: 3, unrealized_pnl: 0 }] }) as unknown as Equity

  it('marks to the price', () => {
    expect(mark([short], { BTCUSDT: { symbol: 'BTCUSDT', price: 90 } as Price })[0]).toMatchObject({ mark_price: 90, unrealized_pnl: 20 })
    expect(mark([short], {})[0]).toBe(short)
  })

  it('takes positions from equity, the newest last word', () => {
    expect(applyEquity([short], [snapshot(5, 0)])).toMatchObject([{ side: 'FLAT', qty: 0, group_name: 'G' }])
    expect(applyEquity([short], [snapshot(5, 0), snapshot(4, -2)])).toMatchObject([{ qty: 0 }])
    expect(applyEquity([short], [snapshot(2, 7)])).toEqual([short])
  })

  it('keeps the positions of groups that share an account apart', () => {
    expect(applyEquity([short], [snapshot(5, 1, 'other')]).map((p) => [p.group_id, p.qty])).toEqual([['g', -2], ['other', 1]])
  })

  it('replaces rows but for what came live meanwhile', () => {
    const live = position('a', 0, { qty: 5, updated_at: at(9) })
    const opened = position('b', 0, { updated_at: at(9) })
    const gone = position('c', 0)
    const merged = replaceRows([live, opened, gone], [short], [short, gone], positionKey, newerPosition)
    expect(merged).toEqual([live, opened])
    expect(replaceRows([short, gone], [live], [short, gone], positionKey, newerPosition)).toEqual([live])
  })
})

describe('accounts', () => {
  it('take the newest sample, and none that is older than what is known', () => {
    const [known] = applySnapshots([account('a', 1)], [sample('a', 5, 3), sample('a', 4, 2)])
    expect(known).toMatchObject({ equity: 3, valued_at: at(5) })
    expect(applySnapshots([known!], [sample('a', 4, 2)])[0]).toBe(known)
    expect(applySnapshots([known!], [sample('b', 9, 2)])[0]).toBe(known)
  })

  it('keep a live value beside what else the row says', () => {
    const live = applySnapshots([account('a', 1)], [sample('a', 5, 3)])[0]!
    expect(withLiveValue(live, { ...account('a', 2), name: 'new name' })).toMatchObject({ equity: 3, name: 'new name' })
  })
})

it('keeps of each symbol the price that was seen last', () => {
  const tick = (symbol: string, price: number, s: number) => ({ symbol, price, observed_at: at(s) }) as Price
  const prices = newestPrices({ A: tick('A', 2, 5) }, [tick('A', 1, 4), tick('B', 9, 1), tick('B', 8, 0)])
  expect(Object.values(prices).map((p) => [p.symbol, p.price])).toEqual([['A', 2], ['B', 9]])
})
