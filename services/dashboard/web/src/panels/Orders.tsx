import { useMemo } from 'react'
import type { Order } from '../api/types'
import { REASON } from '../api/words'
import { average, money, orderType, quantity } from '../lib/format'
import { moment } from '../lib/time'
import { useSteps } from '../state/queries'
import type { Selection } from '../state/selection'
import { ActionTag, StatusTag } from './Badges'
import { DataTable, type Column } from './DataTable'

interface OrdersProps {
  orders: readonly Order[]
  loading: boolean
  failed: boolean
  selection: Selection
}

const columns = (steps: ReturnType<typeof useSteps>): Column<Order>[] => [
  { name: 'Time', className: 'num dim', cell: (o) => moment(o.created_at) },
  { name: 'Group', className: 'group', title: (o) => o.group_name, cell: (o) => o.group_name },
  { name: 'Symbol', className: 'num', cell: (o) => o.symbol },
  { name: 'Side', cell: (o) => <ActionTag action={o.side ?? o.action} /> },
  { name: 'Type', className: 'num dim', cell: (o) => orderType(o.type, o.price, steps(o.symbol).tick) },
  { name: 'Qty', className: 'num', right: true, cell: (o) => quantity(o.qty, steps(o.symbol).step) },
  { name: 'Avg price', className: 'num', right: true, cell: (o) => average(o.avg_price, steps(o.symbol).tick) },
  { name: 'Fee', className: 'num dim', right: true, cell: (o) => money(o.fee) },
  { name: 'Mode', className: 'dim', cell: (o) => o.mode },
  { name: 'Status', cell: (o) => <StatusTag status={o.status} /> },
  { name: 'Reason', className: 'why', title: (o) => why(o.reason), cell: (o) => (o.reason ? `${o.reason.code}: ${o.reason.message}` : '') },
]

/** The message, and what the code means in general. */
const why = (reason: Order['reason']) => reason ? [reason.message, REASON[reason.code]?.meaning].filter(Boolean).join('\n') : undefined

export function Orders({ orders, loading, failed, selection }: OrdersProps) {
  const steps = useSteps()
  return (
    <DataTable
      title="Orders"
      testId="orders"
      rowTestId="order-row"
      columns={useMemo(() => columns(steps), [steps])}
      rows={orders}
      rowKey={(o) => o.id}
      row={(o) => ({ className: selection.mark('orders', o.id), status: o.status, onClick: () => selection.toggle({ kind: 'order', id: o.id }) })}
      loading={loading}
      failed={failed}
      empty="No orders yet."
    />
  )
}
