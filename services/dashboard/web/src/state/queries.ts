import { useQuery, type QueryClient, type QueryKey } from '@tanstack/react-query'
import { useCallback, useMemo } from 'react'
import { get, list, listAll } from '../api/client'
import type { Account, Candle, Discussion, Equity, EventItem, Fill, Group, Instrument, Market, Order, Position, Price, User } from '../api/types'
import { marksOfFills, mergeLoaded, mergeMarks, type TradeMark } from '../lib/candles'
import { withLiveValue } from '../lib/accounts'
import { mergeById, mergeSeries, replaceRows } from '../lib/merge'
import { MODES } from '../lib/modes'
import { mergeOrders } from '../lib/orders'
import { newerPosition, newestPrices, positionKey, type Prices } from '../lib/positions'

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
  instruments: ['instruments'],
  prices: ['prices'],
  me: ['me'],
  users: ['users'],
  candles: (symbol: string, interval: string) => ['candles', symbol, interval],
} satisfies Record<string, QueryKey | ((symbol: string, interval: string) => QueryKey)>

/** A service that is down or still starting is asked again after this. */
const RETRY_MS = 5_000

const CANDLES_MS = 60_000

/** The diary writes behind the bus: what was told live just before the page listened may not be in its first answers yet. */
const DIARY_MS = 15_000

interface Source<T> {
  queryKey: QueryKey
  load: (signal: AbortSignal) => Promise<T>
  /** Live items that came while the answer was under way must survive it. */
  merge?: (current: T, loaded: T) => T
  /** The same where what the answer does not have is gone; `before` is what there was when it was asked for. */
  replace?: (current: T, loaded: T, before: T | undefined) => T
  refetchInterval?: number
}

function useMerged<T>(source: Source<T>, enabled = true) {
  return useQuery<T>({
    queryKey: source.queryKey,
    enabled,
    refetchInterval: (query) => (query.state.status === 'error' ? RETRY_MS : (source.refetchInterval ?? false)),
    queryFn: async ({ signal, client }: { signal: AbortSignal; client: QueryClient }) => {
      const before = client.getQueryData<T>(source.queryKey)
      const loaded = await source.load(signal)
      const current = client.getQueryData<T>(source.queryKey)
      if (current === undefined) return loaded
      return source.merge?.(current, loaded) ?? source.replace?.(current, loaded, before) ?? loaded
    },
  })
}

export const useEvents = () =>
  useMerged<EventItem[]>({ queryKey: keys.events, load: (s) => list('/api/v1/events?event_type=immediate&limit=100', s), merge: mergeById, refetchInterval: DIARY_MS })

export const useDecisions = () =>
  useMerged<EventItem[]>({ queryKey: keys.decisions, load: (s) => list('/api/v1/events?event_type=post_trade&limit=100', s), merge: mergeById, refetchInterval: DIARY_MS })

export const useDiscussions = () =>
  useMerged<Discussion[]>({ queryKey: keys.discussions, load: (s) => list('/api/v1/discussions?limit=100', s), merge: mergeById, refetchInterval: DIARY_MS })

export const useOrders = () => useMerged<Order[]>({ queryKey: keys.orders, load: (s) => list('/api/v1/orders?limit=200', s), merge: mergeOrders })

export const usePositions = () =>
  useMerged<Position[]>({
    queryKey: keys.positions,
    load: (s) => listAll('/api/v1/positions', s),
    replace: (current, loaded, before) => replaceRows(current, loaded, before, positionKey, newerPosition),
    refetchInterval: 15_000,
  })

export const useMarks = () =>
  useMerged<TradeMark[]>({
    queryKey: keys.marks,
    load: async (s) => mergeMarks([], marksOfFills(await list<Fill>('/api/v1/fills?limit=200', s))),
    merge: mergeMarks,
  })

export const useAccounts = () =>
  useMerged<Account[]>({
    queryKey: keys.accounts,
    load: (s) => listAll('/api/v1/accounts', s),
    replace: (current, loaded, before) => replaceRows(current, loaded, before, (a) => a.id, withLiveValue),
    refetchInterval: 15_000,
  })

export const useEquity = () =>
  useMerged<Equity[]>({
    queryKey: keys.equity,
    // Each mode by itself: the samples of a quiet live account must not be lost among those of busy simulated ones.
    load: async (s) => mergeSeries([], (await Promise.all(MODES.map((mode) => list<Equity>(`/api/v1/equity?mode=${mode}&limit=1000`, s)))).flat()),
    merge: mergeSeries,
  })

// Whether a bot is connected is known only to the gateway.
export const useGroups = () =>
  useMerged<Group[]>({
    queryKey: keys.groups,
    load: (s) => listAll('/api/v1/groups', s),
    replace: (current, loaded, before) => replaceRows(current, loaded, before, (g) => g.id, (live, row) => ({ ...row, ...live, connected: row.connected })),
    refetchInterval: 5_000,
  })

export const useMarket = () => useMerged<Market>({ queryKey: keys.market, load: (s) => get('/api/v1/market', s), refetchInterval: 30_000 })

export const usePrices = () =>
  useMerged<Prices>({
    queryKey: keys.prices,
    load: async (s) => Object.fromEntries((await list<Price>('/api/v1/prices', s)).map((p) => [p.symbol, p])),
    merge: (current, loaded) => newestPrices(current, Object.values(loaded)),
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

/** The steps of a symbol's prices and quantities, both undefined where they are not known. */
export function useSteps(): (symbol: string | null | undefined) => { tick?: number; step?: number } {
  const { data } = useMerged<Instrument[]>({ queryKey: keys.instruments, load: (s) => list('/api/v1/instruments', s) })
  const bySymbol = useMemo(() => new Map(data?.map((i) => [i.symbol, { tick: i.tick_size, step: i.step_size }])), [data])
  return useCallback((symbol) => bySymbol.get(symbol ?? '') ?? {}, [bySymbol])
}

export const useMe = () => useMerged<User>({ queryKey: keys.me, load: (s) => get('/api/v1/users/me', s) })

export const useUsers = (enabled: boolean) => useMerged<User[]>({ queryKey: keys.users, load: (s) => list('/api/v1/users?limit=1000', s) }, enabled)
