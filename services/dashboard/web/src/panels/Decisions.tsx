import type { EventItem } from '../api/types'
import { percent } from '../lib/format'
import { text } from '../lib/opinion'
import { moment } from '../lib/time'
import type { Selection } from '../state/selection'
import { ActionTag } from './Badges'
import { DataTable, type Column } from './DataTable'

interface DecisionsProps {
  decisions: readonly EventItem[]
  loading: boolean
  failed: boolean
  selection: Selection
}

const confidence = (decision: EventItem) => percent(signal(decision))
const why = (decision: EventItem) => signal(decision).reasoning ?? text(decision.payload)

const COLUMNS: readonly Column<EventItem>[] = [
  { name: 'Time', className: 'num dim', cell: (d) => moment(d.created_at) },
  { name: 'Group', className: 'group', title: (d) => d.group_name ?? d.source_id, cell: (d) => d.group_name ?? d.source_id },
  { name: 'Symbol', className: 'num', cell: (d) => signal(d).symbol ?? '–' },
  { name: 'Action', cell: (d) => (signal(d).action ? <ActionTag action={signal(d).action} /> : d.title) },
  { name: 'Conf.', className: 'num', right: true, cell: (d) => (confidence(d) === null ? '–' : `${Math.round(confidence(d)!)}%`) },
  { name: 'Reasoning', className: 'why', title: why, cell: (d) => why(d) || d.title },
]

export function Decisions({ decisions, loading, failed, selection }: DecisionsProps) {
  return (
    <DataTable
      title="Decisions"
      testId="decisions"
      rowTestId="decision-row"
      columns={COLUMNS}
      rows={decisions}
      rowKey={(d) => d.id}
      row={(d) => ({ className: selection.mark('decisions', d.id), onClick: () => selection.toggle({ kind: 'decision', id: d.id }) })}
      loading={loading}
      failed={failed}
      empty="No decisions yet."
    />
  )
}

/** What is asked for; the live feed's own fields come first, and absent ones must not hide the diary's nested signal. */
function signal({ signal: nested, symbol, action, confidence_pct, reasoning }: EventItem) {
  const own = Object.fromEntries(Object.entries({ symbol, action, confidence_pct, reasoning }).filter(([, value]) => value !== undefined && value !== null))
  return { ...nested, ...own }
}
