import type { Equity, Position, Price } from '../api/types'

export type Prices = Readonly<Record<string, Price>>

/** Marks positions to the newest prices: unrealised PnL is (mark − average) × signed quantity. */
export function mark(positions: readonly Position[], prices: Prices): Position[] {
  return positions.map((position) => {
    const now = prices[position.symbol]?.price
    if (now === undefined || position.qty === 0) return position
    return { ...position, mark_price: now, unrealized_pnl: (now - position.avg_price) * position.qty }
  })
}

/** Takes over the positions that came with an account's equity. */
export function applyEquity(positions: readonly Position[], snapshots: readonly Equity[]): Position[] {
  const key = (account: string, symbol: string) => `${account}|${symbol}`
  const byKey = new Map(positions.map((p) => [key(p.account_id, p.symbol), p]))
  for (const snapshot of snapshots) {
    for (const p of snapshot.positions ?? []) {
      byKey.set(key(snapshot.account_id, p.symbol), {
        ...p,
        account_id: snapshot.account_id,
        group_id: snapshot.group_id,
        group_name: snapshot.group_name,
        side: p.qty > 0 ? 'LONG' : p.qty < 0 ? 'SHORT' : 'FLAT',
        updated_at: snapshot.created_at,
      })
    }
  }
  return [...byKey.values()]
}

export function isOpen(position: Position): boolean {
  return position.qty !== 0
}
