import { useQuery, type QueryClient, type QueryKey } from '@tanstack/react-query'
import { get, list } from '../api/client'
import type { Account, Candle, Discussion, Equity, EventItem, Fill, Group, Market, Order, Position, Price, User } from '../api/types'
import { marksOfFills, mergeLoaded, mergeMarks, type TradeMark } from '../lib/candles'
import { mergeById, mergeSeries } from '../lib/merge'
import { mergeOrders } from '../lib/orders'
import type { Prices } from '../lib/positions'

/** The query cache is the page's store: REST fills it, live messages are merged into it. */
export const keys = {
  events: ['events'],
  decisions: ['decisions'],
  discussions: ['discussions'],
  orders: ['orders'],
  positions: ['positions'],
  marks: ['marks'],
  accounts: ['accounts'],
  equity: ['equity'],
  groups: ['groups'],
  market: ['market'],
  prices: ['prices'],
  me: ['me'],
  users: ['users'],
  candles: (symbol: string, interval: string) => ['candles', symbol, interval],
} satisfies Record<string, QueryKey | ((symbol: string, interval: string) => QueryKey)>

/** A service that is down or still starting is asked again after this. */
const RETRY_MS = 5_000

const CANDLES_MS = 60_000

interface Source<T> {
  queryKey: QueryKey
  load: (signal: AbortSignal) => Promise<T>
  /** Live items that came while the answer was under way must survive it. */
  merge?: (current: T, loaded: T) => T
  refetchInterval?: number
}

function useMerged<T>(source: Source<T>, enabled = true) {
  return useQuery<T>({
    queryKey: source.queryKey,
    enabled,
    refetchInterval: (query) => (query.state.status === 'error' ? RETRY_MS : (source.refetchInterval ?? false)),
    queryFn: async ({ signal, client }: { signal: AbortSignal; client: QueryClient }) => {
      const loaded = await source.load(signal)
      const current = client.getQueryData<T>(source.queryKey)
      return current !== undefined && source.merge ? source.merge(current, loaded) : loaded
    },
  })
}

const latest = (current: Prices, loaded: Prices): Prices => {
  const result: Record<string, Price> = { ...loaded }
  for (const [symbol, price] of Object.entries(current)) {
    const other = result[symbol]
    if (!other || Date.parse(other.observed_at) < Date.parse(price.observed_at)) result[symbol] = price
  }
  return result
}

export const useEvents = () =>
  useMerged<EventItem[]>({ queryKey: keys.events, load: (s) => list('/api/v1/events?event_type=immediate&limit=100', s), merge: mergeById })

export const useDecisions = () =>
  useMerged<EventItem[]>({ queryKey: keys.decisions, load: (s) => list('/api/v1/events?event_type=post_trade&limit=100', s), merge: mergeById })

export const useDiscussions = () =>
  useMerged<Discussion[]>({ queryKey: keys.discussions, load: (s) => list('/api/v1/discussions?limit=100', s), merge: mergeById })

export const useOrders = () => useMerged<Order[]>({ queryKey: keys.orders, load: (s) => list('/api/v1/orders?limit=200', s), merge: mergeOrders })

export const usePositions = () =>
  useMerged<Position[]>({ queryKey: keys.positions, load: (s) => list('/api/v1/positions?limit=200', s), refetchInterval: 15_000 })

export const useMarks = () =>
  useMerged<TradeMark[]>({
    queryKey: keys.marks,
    load: async (s) => mergeMarks([], marksOfFills(await list<Fill>('/api/v1/fills?limit=200', s))),
    merge: mergeMarks,
  })

export const useAccounts = () =>
  useMerged<Account[]>({ queryKey: keys.accounts, load: (s) => list('/api/v1/accounts?limit=200', s), refetchInterval: 15_000 })

export const useEquity = () =>
  useMerged<Equity[]>({
    queryKey: keys.equity,
    load: async (s) => mergeSeries([], await list<Equity>('/api/v1/equity?limit=1000', s)),
    merge: (current, loaded) => mergeSeries(loaded, current),
  })

// Whether a bot is connected is known only to the gateway.
export const useGroups = () => useMerged<Group[]>({ queryKey: keys.groups, load: (s) => list('/api/v1/groups?limit=200', s), refetchInterval: 5_000 })

export const useMarket = () => useMerged<Market>({ queryKey: keys.market, load: (s) => get('/api/v1/market', s), refetchInterval: 30_000 })

export const usePrices = () =>
  useMerged<Prices>({
    queryKey: keys.prices,
    load: async (s) => Object.fromEntries((await list<Price>('/api/v1/prices', s)).map((p) => [p.symbol, p])),
    merge: latest,
  })

/** Of a symbol that the market has; null asks for none. */
export const useCandles = (symbol: string | null, interval: string | null) =>
  useMerged<Candle[]>(
    {
      queryKey: keys.candles(symbol ?? '', interval ?? ''),
      load: (s) => list(`/api/v1/candles?symbol=${encodeURIComponent(symbol ?? '')}&interval=${encodeURIComponent(interval ?? '')}&limit=300`, s),
      merge: mergeLoaded,
      // What was missed, of a feed that restarted or a hub that was away, is in the record by then.
      refetchInterval: CANDLES_MS,
    },
    symbol !== null && interval !== null,
  )

export const useMe = () => useMerged<User>({ queryKey: keys.me, load: (s) => get('/api/v1/users/me', s) })

export const useUsers = (enabled: boolean) => useMerged<User[]>({ queryKey: keys.users, load: (s) => list('/api/v1/users?limit=1000', s) }, enabled)
