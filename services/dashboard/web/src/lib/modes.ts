import type { Account, Position } from '../api/types'

/** Whose money it is, what matters most first. Amounts of different modes are never added up. */
export const MODES = ['live', 'sandbox', 'simulated']

/** The modes that there are. */
export function modesOf(accounts: readonly Account[]): string[] {
  const rank = (mode: string) => (MODES.includes(mode) ? MODES.indexOf(mode) : MODES.length)
  return [...new Set(accounts.map((a) => a.mode))].sort((a, b) => rank(a) - rank(b))
}

/** What the accounts of one mode come to, in quote currency. */
export interface Totals {
  mode: string
  accounts: number
  equity: number
  unrealised: number
  realised: number
  /** How many positions are open. */
  open: number
}

/** One entry a mode. `positions` are all that are open, marked; of other accounts than these none counts. */
export function totalsByMode(accounts: readonly Account[], positions: readonly Position[]): Totals[] {
  return modesOf(accounts).map((mode) => {
    const own = accounts.filter((a) => a.mode === mode)
    const ids = new Set(own.map((a) => a.id))
    const open = positions.filter((p) => ids.has(p.account_id))
    const unrealised = sum(open.map((p) => p.unrealized_pnl ?? 0))
    return { mode, accounts: own.length, equity: sum(own.map((a) => a.balance)) + unrealised, unrealised, realised: sum(own.map((a) => a.realized_pnl)), open: open.length }
  })
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
