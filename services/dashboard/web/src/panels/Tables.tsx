import type { EventItem, Order, Position } from '../api/types'
import { money, percent, price, quantity, signed, time, tone } from '../lib/format'
import { text } from '../lib/opinion'
import type { Selection } from '../state/selection'
import { ActionTag, StatusTag } from './Badges'
import { Empty, Panel } from './Panel'

interface TableProps {
  loading: boolean
  failed: boolean
}

export function Decisions({ decisions, selection, loading, failed }: TableProps & { decisions: readonly EventItem[]; selection: Selection }) {
  return (
    <Panel title="Decisions" testId="decisions" aside={decisions.length || ''} className="table">
      <table>
        <thead>
          <tr>
            <th>Time</th>
            <th>Group</th>
            <th>Symbol</th>
            <th>Action</th>
            <th className="r">Conf.</th>
            <th>Reasoning</th>
          </tr>
        </thead>
        <tbody>
          {decisions.map((decision) => {
            const signal = { ...decision.signal, ...drop(decision) }
            const confidence = percent(signal)
            const why = signal.reasoning ?? text(decision.payload)
            return (
              <tr key={decision.id} data-testid="decision-row" className={selection.mark('decisions', decision.id)} onClick={() => selection.toggle({ kind: 'decision', id: decision.id })}>
                <td className="num dim">{time(decision.created_at)}</td>
                <td className="group" title={decision.group_name ?? decision.source_id}>{decision.group_name ?? decision.source_id}</td>
                <td className="num">{signal.symbol ?? '–'}</td>
                <td>{signal.action ? <ActionTag action={signal.action} /> : decision.title}</td>
                <td className="num r">{confidence === null ? '–' : `${Math.round(confidence)}%`}</td>
                <td className="why" title={why}>{why || decision.title}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
      {decisions.length === 0 && <Empty loading={loading} failed={failed}>No decisions yet.</Empty>}
    </Panel>
  )
}

/** The live feed's own fields; absent ones must not hide the diary's nested signal. */
function drop({ symbol, action, confidence_pct, reasoning }: EventItem) {
  return Object.fromEntries(Object.entries({ symbol, action, confidence_pct, reasoning }).filter(([, value]) => value !== undefined && value !== null)) as {
    symbol?: string
    action?: string
    confidence_pct?: number
    reasoning?: string
  }
}

export function Orders({ orders, selection, loading, failed }: TableProps & { orders: readonly Order[]; selection: Selection }) {
  return (
    <Panel title="Orders" testId="orders" aside={orders.length || ''} className="table">
      <table>
        <thead>
          <tr>
            <th>Time</th>
            <th>Group</th>
            <th>Symbol</th>
            <th>Side</th>
            <th className="r">Qty</th>
            <th className="r">Avg price</th>
            <th className="r">Fee</th>
            <th>Status</th>
            <th>Reason</th>
          </tr>
        </thead>
        <tbody>
          {orders.map((order) => (
            <tr
              key={order.id}
              data-testid="order-row"
              data-status={order.status}
              className={selection.mark('orders', order.id)}
              onClick={() => selection.toggle({ kind: 'order', id: order.id })}
            >
              <td className="num dim">{time(order.created_at)}</td>
              <td className="group" title={order.group_name}>{order.group_name}</td>
              <td className="num">{order.symbol}</td>
              <td><ActionTag action={order.side ?? order.action} /></td>
              <td className="num r">{quantity(order.qty)}</td>
              <td className="num r">{price(order.avg_price)}</td>
              <td className="num r dim">{money(order.fee)}</td>
              <td><StatusTag status={order.status} /></td>
              <td className="why" title={order.reason?.message}>{order.reason ? `${order.reason.code}: ${order.reason.message}` : ''}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {orders.length === 0 && <Empty loading={loading} failed={failed}>No orders yet.</Empty>}
    </Panel>
  )
}

export function Positions({ positions, loading, failed }: TableProps & { positions: readonly Position[] }) {
  return (
    <Panel title="Positions" testId="positions" aside={positions.length || ''} className="table">
      <table>
        <thead>
          <tr>
            <th>Group</th>
            <th>Symbol</th>
            <th>Side</th>
            <th className="r">Qty</th>
            <th className="r">Avg price</th>
            <th className="r">Mark</th>
            <th className="r">Unrealised</th>
            <th className="r">Realised</th>
          </tr>
        </thead>
        <tbody>
          {positions.map((position) => (
            <tr key={`${position.account_id}|${position.symbol}`} data-testid="position-row" data-status={position.side}>
              <td className="group" title={position.group_name}>{position.group_name}</td>
              <td className="num">{position.symbol}</td>
              <td><ActionTag action={position.side} /></td>
              <td className="num r">{quantity(position.qty)}</td>
              <td className="num r">{price(position.avg_price)}</td>
              <td className="num r">{price(position.mark_price)}</td>
              <td className={`num r ${tone(position.unrealized_pnl)}`}>{signed(position.unrealized_pnl)}</td>
              <td className={`num r ${tone(position.realized_pnl)}`}>{signed(position.realized_pnl)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {positions.length === 0 && <Empty loading={loading} failed={failed}>No open positions.</Empty>}
    </Panel>
  )
}
