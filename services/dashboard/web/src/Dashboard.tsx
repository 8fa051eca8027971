import { useMemo, useState } from 'react'
import { CandleChart } from './charts/CandleChart'
import { EquityChart } from './charts/EquityChart'
import { equityCurve } from './lib/equity'
import { marketNotice, shownSymbol } from './lib/market'
import { isOpen, mark } from './lib/positions'
import { Discussions } from './panels/Discussions'
import { Events } from './panels/Events'
import { Groups } from './panels/Groups'
import { Header } from './panels/Header'
import { Panel } from './panels/Panel'
import { Stats } from './panels/Stats'
import { SymbolChoice } from './panels/SymbolChoice'
import { Decisions, Orders, Positions } from './panels/Tables'
import { useLive } from './state/live'
import * as queries from './state/queries'
import { useSelection } from './state/selection'

const NONE: readonly never[] = []
const NO_PRICES = {}

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
  const shownAccounts = groupId === null ? accountList : accountList.filter((a) => a.groups.some((g) => g.id === groupId))
  const open = mark(shown(positions.data).filter(isOpen), prices.data ?? NO_PRICES)
  const accountIds = groupId === null ? null : shownAccounts.map((a) => a.id).join(',')
  const curve = useMemo(() => equityCurve(equity.data ?? NONE, accountIds === null ? null : new Set(accountIds.split(','))), [equity.data, accountIds])
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
  const state = (query: { isPending: boolean; isError: boolean }) => ({ loading: query.isPending, failed: query.isError })

  return (
    <div className="page">
      <Header connection={connection} market={market.data} ticker={symbol === null ? undefined : prices.data?.[symbol]} />
      {notice && (
        <div className="notice" data-testid="market-notice" role="status">
          {notice}
        </div>
      )}
      <Stats accounts={shownAccounts} positions={open} events={events.data ?? NONE} options={options} selected={groupId} onSelect={select} />
      <main className="grid">
        <Panel title={symbol ?? 'Market'} testId="candle-chart" aside={<SymbolChoice symbols={symbols} shown={symbol} interval={interval} onChoose={setChosen} />} className="area-candle plain">
          <CandleChart key={`${symbol} ${interval}`} candles={candles.data ?? NONE} marks={symbolMarks} />
          {priced && candles.data?.length === 0 && <p className="empty over">Waiting for the first candle…</p>}
          {!priced && symbol !== null && <p className="empty over">This market has no prices of {symbol}.</p>}
        </Panel>
        <Panel title="Equity" testId="equity-chart" aside="USDT" className="area-equity plain">
          <EquityChart points={curve} />
          {curve.length === 0 && <p className="empty over">{equity.isPending ? 'Loading…' : 'No equity recorded yet.'}</p>}
        </Panel>
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
          <Positions positions={open} {...state(positions)} />
        </div>
        <div className="area-groups stretch">
          <Groups groups={groupList} selected={groupId} onSelect={select} {...state(groups)} />
        </div>
      </main>
    </div>
  )
}
