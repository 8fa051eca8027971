import { Select } from '@mantine/core'
import { useEffect, useState, type ReactNode } from 'react'
import type { EventItem } from '../api/types'
import { money, signed, tone } from '../lib/format'
import { perMinute } from '../lib/market'
import type { Totals } from '../lib/modes'
import { eventRate } from '../state/live'

interface StatsProps {
  /** One a mode, the most important first. */
  totals: readonly Totals[]
  events: readonly EventItem[]
  options: { value: string; label: string }[]
  selected: string | null
  onSelect: (groupId: string | null) => void
}

export function Stats({ totals, events, options, selected, onSelect }: StatsProps) {
  return (
    <section className="stats" data-testid="stats" aria-label="Account">
      <div className="stat account">
        <Select
          label="Account"
          size="xs"
          data={[{ value: '', label: 'All accounts' }, ...options]}
          value={selected ?? ''}
          onChange={(value) => onSelect(value === '' ? null : value)}
          allowDeselect={false}
          searchable={options.length > 8}
          comboboxProps={{ shadow: 'md' }}
        />
        <small>{totals.length === 0 ? 'no account yet' : totals.map((t) => `${t.accounts} ${t.mode}`).join(', ')}</small>
      </div>
      <ByMode label="Equity" unit="USDT" testId="stat-equity" totals={totals} value={(t) => money(t.equity)} />
      <ByMode label="Unrealised PnL" unit="USDT" testId="stat-unrealised" totals={totals} value={(t) => signed(t.unrealised)} tone={(t) => tone(t.unrealised)} />
      <ByMode label="Realised PnL" unit="USDT" testId="stat-realised" totals={totals} value={(t) => signed(t.realised)} tone={(t) => tone(t.realised)} />
      <ByMode label="Open positions" testId="stat-positions" totals={totals} value={(t) => String(t.open)} />
      <EventsPerMinute events={events} />
    </section>
  )
}

interface ByModeProps {
  label: string
  unit?: string
  testId: string
  totals: readonly Totals[]
  value: (totals: Totals) => string
  tone?: (totals: Totals) => string
}

/** A figure of each mode by itself: what is real money and what is not makes no sum. */
function ByMode({ label, unit, testId, totals, value, tone: colour }: ByModeProps) {
  return (
    <Stat label={label} testId={testId}>
      {totals.length === 0 && <b className="num">–</b>}
      {totals.map((t) => (
        <b key={t.mode} className={`num ${colour?.(t) ?? ''}`} data-mode={t.mode}>
          <span>{value(t)}</span>
          <i>
            {unit} {t.mode}
          </i>
        </b>
      ))}
    </Stat>
  )
}

function EventsPerMinute({ events }: { events: readonly EventItem[] }) {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [])
  const count = Math.max(eventRate.perMinute(now), perMinute(events.map((e) => e.created_at), now))
  return (
    <Stat label="Events / min" testId="stat-events">
      <b className="num">{count.toLocaleString('en-US')}</b>
    </Stat>
  )
}

function Stat({ label, testId, children }: { label: string; testId: string; children: ReactNode }) {
  return (
    <div className="stat" data-testid={testId}>
      <span>{label}</span>
      {children}
    </div>
  )
}
