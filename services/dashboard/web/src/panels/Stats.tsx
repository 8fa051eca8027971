import { Select } from '@mantine/core'
import { useEffect, useState } from 'react'
import type { Account, EventItem, Position } from '../api/types'
import { money, signed, tone } from '../lib/format'
import { perMinute } from '../lib/market'
import { eventRate } from '../state/live'

interface StatsProps {
  accounts: readonly Account[]
  positions: readonly Position[]
  events: readonly EventItem[]
  options: { value: string; label: string }[]
  selected: string | null
  onSelect: (groupId: string | null) => void
}

export function Stats({ accounts, positions, events, options, selected, onSelect }: StatsProps) {
  const unrealised = positions.reduce((sum, p) => sum + p.unrealized_pnl, 0)
  const balance = accounts.reduce((sum, a) => sum + a.balance, 0)
  const realised = accounts.reduce((sum, a) => sum + a.realized_pnl, 0)
  const known = accounts.length > 0
  const mode = [...new Set(accounts.map((a) => a.mode))].join(', ')
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
        <small>{known ? `${accounts.length} account${accounts.length === 1 ? '' : 's'} · ${mode}` : 'no account yet'}</small>
      </div>
      <Stat label="Equity" unit="USDT" value={known ? money(balance + unrealised) : '–'} testId="stat-equity" />
      <Stat label="Unrealised PnL" unit="USDT" value={known ? signed(unrealised) : '–'} tone={known ? tone(unrealised) : 'flat'} testId="stat-unrealised" />
      <Stat label="Realised PnL" unit="USDT" value={known ? signed(realised) : '–'} tone={tone(realised)} testId="stat-realised" />
      <Stat label="Open positions" value={String(positions.length)} testId="stat-positions" />
      <EventsPerMinute events={events} />
    </section>
  )
}

function EventsPerMinute({ events }: { events: readonly EventItem[] }) {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [])
  const count = Math.max(eventRate.perMinute(now), perMinute(events.map((e) => e.created_at), now))
  return <Stat label="Events / min" value={count.toLocaleString('en-US')} testId="stat-events" />
}

function Stat({ label, value, unit, tone: colour, testId }: { label: string; value: string; unit?: string; tone?: string; testId: string }) {
  return (
    <div className="stat" data-testid={testId}>
      <span>{label}</span>
      <b className={`num ${colour ?? ''}`}>
        {value}
        {unit && value !== '–' && <i>{unit}</i>}
      </b>
    </div>
  )
}
