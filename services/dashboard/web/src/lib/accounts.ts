import type { Account, Equity } from '../api/types'
import { newestByKey } from './merge'

/** Takes over what accounts are worth from their newest samples; one that is older than what is known changes nothing. */
export function applySnapshots(accounts: readonly Account[], snapshots: readonly Equity[]): Account[] {
  const newest = newestByKey(snapshots, (s) => s.account_id, (s) => s.created_at)
  return accounts.map((account) => {
    const s = newest.get(account.id)
    if (!s || (account.valued_at && Date.parse(account.valued_at) > Date.parse(s.created_at))) return account
    return { ...account, balance: s.balance, equity: s.equity, realized_pnl: s.realized_pnl, unrealized_pnl: s.unrealized_pnl, valued_at: s.created_at }
  })
}

/** A sample that came while the row was under way says what the account is worth, the row everything else. */
export function withLiveValue(live: Account, row: Account): Account {
  const { balance, equity, realized_pnl, unrealized_pnl, valued_at } = live
  return { ...row, balance, equity, realized_pnl, unrealized_pnl, valued_at }
}
