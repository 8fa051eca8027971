import { useMemo, useState } from 'react'
import { CandleChart } from './charts/CandleChart'
import { marketNotice, shownSymbol } from './lib/market'
import { totalsByMode } from './lib/modes'
import { isOpen, mark, type Prices } from './lib/positions'
import { Decisions } from './panels/Decisions'
import { Discussions } from './panels/Discussions'
import { EquityPanel } from './panels/EquityPanel'
import { Events } from './panels/Events'
import { Groups } from './panels/Groups'
import { Header } from './panels/Header'
import { Orders } from './panels/Orders'
import { Panel } from './panels/Panel'
import { Positions } from './panels/Positions'
import { Stats } from './panels/Stats'
import { SymbolChoice } from './panels/SymbolChoice'
import { useLive } from './state/live'
import * as queries from './state/queries'
import { useSelection } from './state/selection'

const NONE: readonly never[] = []
const NO_PRICES: Prices = {}

export function Dashboard() {
  const connection = useLive()
  const events = queries.useEvents()
  const decisions = queries.useDecisions()
  const discussions = queries.useDiscussions()
  const orders = queries.useOrders()
  const positions = queries.usePositions()
  const accounts = queries.useAccounts()
  const equity = queries.useEquity()
  const groups = queries.useGroups()
  const market = queries.useMarket()
  const prices = queries.usePrices()
  const marks = queries.useMarks()
  const steps = queries.useSteps()
  const [groupId, setGroupId] = useState<string | null>(null)
  const [chosen, setChosen] = useState<string | null>(null)
  const select = (id: string | null) => {
    setGroupId(id)
    setChosen(null)
  }

  const groupList = groups.data ?? NONE
  const symbols: readonly string[] = market.data?.symbols ?? NONE
  const interval = market.data?.interval ?? null
  const symbol = shownSymbol(market.data, groupList, groupId, chosen)
  const priced = symbol !== null && symbols.includes(symbol)
  const candles = queries.useCandles(priced ? symbol : null, interval)

  const shown = <T extends { group_id: string | null }>(items: readonly T[] | undefined) =>
    groupId === null ? (items ?? NONE) : (items ?? NONE).filter((item) => item.group_id === groupId)
  const accountList = accounts.data ?? NONE
  const shownAccounts = useMemo(() => (groupId === null ? accountList : accountList.filter((a) => a.groups.some((g) => g.id === groupId))), [accountList, groupId])
  const open = mark((positions.data ?? NONE).filter(isOpen), prices.data ?? NO_PRICES)
  // Of a group's account the whole: groups that share one share its equity.
  const totals = totalsByMode(shownAccounts, open)
  const seen = Object.values(prices.data ?? NO_PRICES).map((p) => Date.parse(p.observed_at))
  const valuedAt = seen.length > 0 ? Math.max(...seen) : accounts.dataUpdatedAt
  const symbolMarks = useMemo(() => (marks.data ?? NONE).filter((m) => m.symbol === symbol), [marks.data, symbol])
  const selection = useSelection({
    events: events.data ?? NONE,
    discussions: discussions.data ?? NONE,
    decisions: decisions.data ?? NONE,
    orders: orders.data ?? NONE,
  })
  const options = groupList.length > 0
    ? groupList.map((g) => ({ value: g.id, label: g.name }))
    : [...new Map(accountList.flatMap((a) => a.groups).map((g) => [g.id, { value: g.id, label: g.name }])).values()]
  const notice = marketNotice(market.data)
  const isDead = market.data?.alive === false
  const state = (query: { isPending: boolean; isError: boolean }) => ({ loading: query.isPending, failed: query.isError })

  return (
    <div className="page">
      <Header connection={connection} market={market.data} ticker={symbol === null ? undefined : prices.data?.[symbol]} />
      {notice && (
        <div className={isDead ? 'notice dead' : 'notice'} data-testid="market-notice" role={isDead ? 'alert' : 'status'}>
          {notice}
        </div>
      )}
      <Stats totals={totals} events={events.data ?? NONE} options={options} selected={groupId} onSelect={select} />
      <main className="grid">
        <Panel title={symbol ?? 'Market'} testId="candle-chart" aside={<SymbolChoice symbols={symbols} shown={symbol} interval={interval} onChoose={setChosen} />} className="area-candle plain">
          <CandleChart key={`${symbol} ${interval}`} candles={candles.data ?? NONE} marks={symbolMarks} tick={steps(symbol).tick} />
          {priced && candles.data?.length === 0 && <p className="empty over">Waiting for the first candle…</p>}
          {!priced && symbol !== null && <p className="empty over">This market has no prices of {symbol}.</p>}
        </Panel>
        <EquityPanel samples={equity.data ?? NONE} accounts={shownAccounts} totals={totals} valuedAt={valuedAt} loading={equity.isPending || accounts.isPending || positions.isPending} />
        <div className="area-events stretch">
          <Events events={events.data ?? NONE} selection={selection} {...state(events)} />
        </div>
        <div className="area-discussions stretch">
          <Discussions discussions={shown(discussions.data)} selection={selection} {...state(discussions)} />
        </div>
        <div className="area-orders stretch">
          <Orders orders={shown(orders.data)} selection={selection} {...state(orders)} />
        </div>
        <div className="area-decisions stretch">
          <Decisions decisions={shown(decisions.data)} selection={selection} {...state(decisions)} />
        </div>
        <div className="area-positions stretch">
          <Positions positions={shown(open)} accounts={accountList} {...state(positions)} />
        </div>
        <div className="area-groups stretch">
          <Groups groups={groupList} selected={groupId} onSelect={select} {...state(groups)} />
        </div>
      </main>
    </div>
  )
}
