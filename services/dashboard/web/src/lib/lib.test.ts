import { describe, expect, it } from 'vitest'
import type { Group, Order, OrderUpdate } from '../api/types'
import type { OrderStatus } from '../api/words'
import { linkChain } from './chain'
import { marketNotice, perMinute, shownSymbol } from './market'
import { mergeById } from './merge'
import { applyUpdates } from './orders'

const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds)).toISOString()

describe('mergeById', () => {
  it('keeps the newest first, without doubles, within the limit', () => {
    const current = [{ id: 'b', created_at: at(2) }, { id: 'a', created_at: at(1) }]
    const merged = mergeById(current, [{ id: 'c', created_at: at(3) }, { id: 'b', created_at: at(2) }], 2)
    expect(merged.map((x) => x.id)).toEqual(['c', 'b'])
  })

  it('lets undefined change nothing', () => {
    const current = [{ id: 'a', created_at: at(1), extra: 7 as number | undefined }]
    expect(mergeById(current, [{ id: 'a', created_at: at(1), extra: undefined }])[0]?.extra).toBe(7)
  })

  it('returns the same list when nothing came', () => {
    const current = [{ id: 'a', created_at: at(1) }]
    expect(mergeById(current, [])).toBe(current)
  })
})

const update = (status: OrderStatus, seconds: number): OrderUpdate => ({
  id: `u-${status}`, order_id: 'o', decision_id: 'd', client_decision_id: null, action: 'LONG', type: 'limit', price: 99, group_id: 'g', group_name: 'G', account_id: 'a', mode: 'simulated',
  symbol: 'BTCUSDT', side: 'BUY', status, terminal: status === 'filled', qty: 1, avg_price: 100, fee: 0.1, realized_pnl: 0,
  reason: null, trigger_event_id: 'e', correlation_id: null, created_at: at(seconds), market_time: null,
})

describe('applyUpdates', () => {
  it('makes one order of its updates and keeps its first time', () => {
    const [order] = applyUpdates([], [update('accepted', 1), update('filled', 2)])
    expect(order).toMatchObject({ id: 'o', status: 'filled', created_at: at(1), updated_at: at(2) })
  })

  it('does not step back', () => {
    const filled = applyUpdates([], [update('filled', 2)])
    expect(applyUpdates(filled, [update('accepted', 1)])[0]?.status).toBe('filled')
    expect(applyUpdates(filled, [update('accepted', 2)])[0]?.status).toBe('filled')
  })

  it('keeps what an update of an older version does not say', () => {
    const known: Order = { ...update('accepted', 1), id: 'o', updated_at: at(1) }
    const older = { ...update('filled', 3), action: null, type: null, price: null }
    expect(applyUpdates([known], [older])[0]).toMatchObject({ action: 'LONG', type: 'limit', price: 99, status: 'filled' })
  })

  it('shows what was decided of an order that came live, also where nothing is bought or sold', () => {
    const [row] = applyUpdates([], [{ ...update('recorded', 1), side: null, action: 'NO_TRADE', type: 'market', price: null }])
    expect(row).toMatchObject({ side: null, action: 'NO_TRADE', type: 'market', price: null })
  })
})

describe('linkChain', () => {
  const links = {
    events: [{ id: 'e1' }, { id: 'e2' }],
    discussions: [{ id: 'x1', trigger_event_id: 'e1', decision_id: 'd1' }, { id: 'x2', trigger_event_id: 'e2', decision_id: null }],
    decisions: [{ id: 'd1', trigger_event_id: 'e1' }, { id: 'd2', trigger_event_id: null }],
    orders: [{ id: 'o1', decision_id: 'd1', trigger_event_id: null }, { id: 'o2', decision_id: 'd2', trigger_event_id: null }],
  }

  it.each([['event', 'e1'], ['discussion', 'x1'], ['decision', 'd1'], ['order', 'o1']] as const)('finds the whole chain from its %s', (kind, id) => {
    const chain = linkChain({ kind, id }, links)
    expect([...chain.events, ...chain.discussions, ...chain.decisions, ...chain.orders]).toEqual(['e1', 'x1', 'd1', 'o1'])
  })

  it('does not tie together what has no event', () => {
    const chain = linkChain({ kind: 'order', id: 'o2' }, links)
    expect([...chain.decisions, ...chain.orders]).toEqual(['d2', 'o2'])
    expect(chain.events.size).toBe(0)
  })

  it('is empty without a start', () => {
    expect(linkChain(null, links).events.size).toBe(0)
  })
})

describe('market', () => {
  it('says what people must know', () => {
    const market = { symbols: [], interval: '1m', gaps: [], alive: null, dead_since: null }
    expect(marketNotice({ ...market, source: 'live', notice: null })).toBeNull()
    expect(marketNotice({ ...market, source: 'simulated', notice: null })).toMatch(/Simulated/)
    expect(marketNotice({ ...market, source: 'simulated', notice: 'live feed out of reach' })).toBe('live feed out of reach')
    const dead = { ...market, source: 'live', alive: false, dead_since: at(0), notice: 'feed dead, no entries since 2026-03-02 12:00:03 UTC; reconnecting' }
    expect(marketNotice(dead)).toBe(dead.notice)
  })

  it('shows a symbol of its own where no group trades one', () => {
    const replay = { source: 'replay', notice: null, symbols: ['ETHUSDT'], interval: '1h', gaps: [], alive: null, dead_since: null }
    const groups = [{ id: 'g', symbol: 'BTCUSDT', active: true }] as Group[]
    expect(shownSymbol(replay, groups, null, null)).toBe('ETHUSDT')
    expect(shownSymbol(replay, groups, 'g', null)).toBe('BTCUSDT')
    expect(shownSymbol(undefined, groups, null, null)).toBeNull()
  })

  it('shows the symbol that is chosen, and else one that is traded', () => {
    const live = { source: 'live', notice: null, symbols: ['BTCUSDT', 'ETHUSDT', 'SOLUSDT'], interval: '1m', gaps: [], alive: true, dead_since: null }
    const groups = [{ id: 'g', symbol: 'ETHUSDT', active: true }] as Group[]
    expect(shownSymbol(live, groups, null, null)).toBe('ETHUSDT')
    expect(shownSymbol(live, groups, 'g', 'SOLUSDT')).toBe('SOLUSDT')
    expect(shownSymbol(live, [], null, 'DOGEUSDT')).toBe('BTCUSDT')
  })

  it('counts the last minute', () => {
    expect(perMinute([at(0), at(30), at(59)], Date.parse(at(61)))).toBe(2)
  })
})
