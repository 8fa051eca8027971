import type { ReactNode } from 'react'
import type { Action, OrderStatus, Side } from '../api/words'

const STATUS: Record<OrderStatus, string> = {
  filled: 'good',
  partially_filled: 'good',
  protected: 'good',
  took_profit: 'good',
  accepted: 'info',
  submitted: 'info',
  recorded: 'quiet',
  closed: 'quiet',
  canceled: 'quiet',
  stopped: 'warn',
  unknown: 'warn',
  rejected: 'bad',
}

const ACTION: Record<Action | Side, string> = { LONG: 'good', BUY: 'good', SHORT: 'bad', SELL: 'bad', CLOSE: 'warn', NO_TRADE: 'quiet' }

export function Tag({ kind, title, children }: { kind: string; title?: string; children: ReactNode }) {
  return (
    <span className={`tag ${kind}`} title={title}>
      {children}
    </span>
  )
}

export function StatusTag({ status }: { status: string }) {
  return <Tag kind={STATUS[status as OrderStatus] ?? 'quiet'}>{status.replaceAll('_', ' ')}</Tag>
}

export function ActionTag({ action }: { action: string | null | undefined }) {
  if (!action) return null
  const upper = action.toUpperCase()
  return <Tag kind={ACTION[upper as Action | Side] ?? 'quiet'}>{upper.replaceAll('_', ' ')}</Tag>
}
