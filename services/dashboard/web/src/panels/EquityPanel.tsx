import { SegmentedControl } from '@mantine/core'
import { useMemo, useState } from 'react'
import type { Account, Equity } from '../api/types'
import { EquityChart } from '../charts/EquityChart'
import { curveEnd, equityCurve } from '../lib/equity'
import { money } from '../lib/format'
import type { Totals } from '../lib/modes'
import { Panel } from './Panel'

interface EquityPanelProps {
  samples: readonly Equity[]
  /** Those that the tiles add up. */
  accounts: readonly Account[]
  totals: readonly Totals[]
  /** Of what the totals are marked to, in ms. */
  valuedAt: number
  loading: boolean
}

/** The equity of one mode over time, up to what its tile says. */
export function EquityPanel({ samples, accounts, totals, valuedAt, loading }: EquityPanelProps) {
  const [wanted, setWanted] = useState<string | null>(null)
  const shown = totals.find((t) => t.mode === wanted) ?? totals[0]
  const mode = shown?.mode
  const curve = useMemo(() => equityCurve(samples, accounts.filter((a) => a.mode === mode)), [samples, accounts, mode])
  const end = shown === undefined || loading ? null : curveEnd(curve, shown.equity, valuedAt)
  return (
    <Panel
      title={mode === undefined ? 'Equity' : `Equity · ${mode}`}
      testId="equity-chart"
      className="area-equity plain"
      aside={
        <span className="equity-aside">
          {totals.length > 1 && <SegmentedControl size="xs" aria-label="Mode" data={totals.map((t) => t.mode)} value={mode} onChange={setWanted} />}
          {end && (
            <span className="num" data-testid="equity-end">
              {money(end.value)}
            </span>
          )}{' '}
          USDT
        </span>
      }
    >
      <EquityChart points={curve} end={end} />
      {end === null && <p className="empty over">{loading ? 'Loading…' : 'No equity recorded yet.'}</p>}
    </Panel>
  )
}
