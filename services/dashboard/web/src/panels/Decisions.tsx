import { useMemo } from 'react'
import type { EventItem } from '../api/types'
import { orderType, percent } from '../lib/format'
import { moment } from '../lib/time'
import { useSteps } from '../state/queries'
import type { Selection } from '../state/selection'
import { ActionTag } from './Badges'
import { DataTable, type Column } from './DataTable'

interface DecisionsProps {
  decisions: readonly EventItem[]
  loading: boolean
  failed: boolean
  selection: Selection
}

const columns = (steps: ReturnType<typeof useSteps>): Column<EventItem>[] => [
  { name: 'Time', className: 'num dim', cell: (d) => moment(d.created_at) },
  { name: 'Group', className: 'group', title: (d) => d.group_name ?? d.source_id, cell: (d) => d.group_name ?? d.source_id },
  { name: 'Symbol', className: 'num', cell: (d) => d.symbol ?? '–' },
  { name: 'Action', cell: (d) => (d.action ? <ActionTag action={d.action} /> : d.title) },
  { name: 'Type', className: 'num dim', cell: (d) => orderType(d.order_type, d.price, steps(d.symbol).tick) },
  { name: 'Conf.', className: 'num', right: true, cell: (d) => confidence(d) },
  { name: 'Reasoning', className: 'why', title: (d) => d.reasoning ?? d.title, cell: (d) => d.reasoning || d.title },
]

const confidence = (decision: EventItem) => {
  const share = percent(decision)
  return share === null ? '–' : `${Math.round(share)}%`
}

export function Decisions({ decisions, loading, failed, selection }: DecisionsProps) {
  const steps = useSteps()
  return (
    <DataTable
      title="Decisions"
      testId="decisions"
      rowTestId="decision-row"
      columns={useMemo(() => columns(steps), [steps])}
      rows={decisions}
      rowKey={(d) => d.id}
      row={(d) => ({ className: selection.mark('decisions', d.id), onClick: () => selection.toggle({ kind: 'decision', id: d.id }) })}
      loading={loading}
      failed={failed}
      empty="No decisions yet."
    />
  )
}
