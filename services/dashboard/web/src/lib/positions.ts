import type { Equity, Position, Price } from '../api/types'
import { newestByKey } from './merge'

export type Prices = Readonly<Record<string, Price>>

/** Of each symbol the price that was seen last. */
export function newestPrices(current: Prices, incoming: Iterable<Price>): Prices {
  return Object.fromEntries(newestByKey([...Object.values(current), ...incoming], (p) => p.symbol, (p) => p.observed_at))
}

/** Marks positions to the newest prices: unrealised PnL is (mark − average) × signed quantity. */
export function mark(positions: readonly Position[], prices: Prices): Position[] {
  return positions.map((position) => {
    const now = prices[position.symbol]?.price
    if (now === undefined || position.qty === 0) return position
    return { ...position, mark_price: now, unrealized_pnl: (now - position.avg_price) * position.qty }
  })
}

export const positionKey = (position: { account_id: string; group_id: string; symbol: string }) => `${position.account_id}|${position.group_id}|${position.symbol}`

export const newerPosition = (a: Position, b: Position): Position => (Date.parse(a.updated_at) >= Date.parse(b.updated_at) ? a : b)

/** Takes over the positions that came with accounts' equity; of two states of a position the newer counts. */
export function applyEquity(positions: readonly Position[], snapshots: readonly Equity[]): Position[] {
  const told = snapshots.flatMap((snapshot) =>
    (snapshot.positions ?? []).map((p): Position => ({
      ...p,
      account_id: snapshot.account_id,
      group_id: snapshot.group_id,
      group_name: snapshot.group_name,
      side: p.qty > 0 ? 'LONG' : p.qty < 0 ? 'SHORT' : 'FLAT',
      updated_at: snapshot.created_at,
    })),
  )
  return [...newestByKey([...positions, ...told], positionKey, (p) => p.updated_at).values()]
}

export function isOpen(position: Position): boolean {
  return position.qty !== 0
}
