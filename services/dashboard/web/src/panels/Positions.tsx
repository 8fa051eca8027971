import { useMemo } from 'react'
import type { Account, Position } from '../api/types'
import { average, price, quantity, signed, tone } from '../lib/format'
import { positionKey } from '../lib/positions'
import { useSteps } from '../state/queries'
import { ActionTag } from './Badges'
import { DataTable, type Column } from './DataTable'

interface PositionsProps {
  positions: readonly Position[]
  accounts: readonly Account[]
  loading: boolean
  failed: boolean
}

const columns = (steps: ReturnType<typeof useSteps>, modes: ReadonlyMap<string, string>): Column<Position>[] => [
  { name: 'Group', className: 'group', title: (p) => p.group_name, cell: (p) => p.group_name },
  { name: 'Symbol', className: 'num', cell: (p) => p.symbol },
  { name: 'Mode', className: 'dim', cell: (p) => modes.get(p.account_id) ?? '' },
  { name: 'Side', cell: (p) => <ActionTag action={p.side} /> },
  { name: 'Qty', className: 'num', right: true, cell: (p) => quantity(p.qty, steps(p.symbol).step) },
  { name: 'Avg price', className: 'num', right: true, cell: (p) => average(p.avg_price, steps(p.symbol).tick) },
  { name: 'Mark', className: 'num', right: true, cell: (p) => price(p.mark_price, steps(p.symbol).tick) },
  { name: 'Unrealised', className: (p) => `num ${tone(p.unrealized_pnl)}`, right: true, cell: (p) => signed(p.unrealized_pnl) },
  { name: 'Realised', className: (p) => `num ${tone(p.realized_pnl)}`, right: true, cell: (p) => signed(p.realized_pnl) },
]

export function Positions({ positions, accounts, loading, failed }: PositionsProps) {
  const steps = useSteps()
  const modes = useMemo(() => new Map(accounts.map((a) => [a.id, a.mode])), [accounts])
  return (
    <DataTable
      title="Positions"
      testId="positions"
      rowTestId="position-row"
      columns={useMemo(() => columns(steps, modes), [steps, modes])}
      rows={positions}
      rowKey={positionKey}
      row={(p) => ({ status: p.side })}
      loading={loading}
      failed={failed}
      empty="No open positions."
    />
  )
}
