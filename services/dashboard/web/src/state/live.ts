import { notifications } from '@mantine/notifications'
import { HubConnectionBuilder, HubConnectionState, LogLevel } from '@microsoft/signalr'
import { useQueryClient, type QueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { at } from '../api/base'
import { token } from '../api/client'
import type { Account, Candle, Discussion, Equity, EventItem, Group, Market, Order, OrderUpdate, Position, Price } from '../api/types'
import { marksOfUpdates, mergeCandles, mergeMarks, type TradeMark } from '../lib/candles'
import { mergeById, mergeSeries } from '../lib/merge'
import { applyUpdates } from '../lib/orders'
import { applyEquity, type Prices } from '../lib/positions'
import { Rate } from '../lib/rate'
import { keys } from './queries'

export type Connection = 'connecting' | 'live' | 'reconnecting'

/** Events and decisions since the page opened. */
export const eventRate = new Rate()

const FLUSH_MS = 200
const MAX_QUEUED = 1000
const METHODS = ['prices', 'candles', 'events', 'decisions', 'discussions', 'order_updates', 'equity', 'groups', 'market'] as const
type Method = (typeof METHODS)[number]

/** Connects to the hub for as long as the page is shown. Messages are put into the store a few times a second. */
export function useLive(): Connection {
  const client = useQueryClient()
  const [state, setState] = useState<Connection>('connecting')

  useEffect(() => {
    const hub = new HubConnectionBuilder()
      .withUrl(at('/hubs/live'), { accessTokenFactory: () => token() ?? '' })
      .withAutomaticReconnect({ nextRetryDelayInMilliseconds: ({ previousRetryCount }) => Math.min(500 * 2 ** previousRetryCount, 5000) })
      .configureLogging(LogLevel.None)
      .build()
    const queues = new Map<Method, unknown[]>()
    for (const method of METHODS) {
      hub.on(method, (items: unknown) => {
        const queue = queues.get(method) ?? []
        queue.push(...(Array.isArray(items) ? items : [items]))
        queues.set(method, queue.slice(-MAX_QUEUED))
      })
    }
    hub.onreconnecting(() => setState('reconnecting'))
    hub.onreconnected(() => {
      setState('live')
      void client.invalidateQueries()
    })

    let closed = false
    let retry: ReturnType<typeof setTimeout> | undefined
    const start = async () => {
      try {
        await hub.start()
        setState('live')
        // What happened between the first answers and now was not heard.
        void client.invalidateQueries()
      } catch {
        if (!closed && hub.state === HubConnectionState.Disconnected) retry = setTimeout(() => void start(), 2000)
      }
    }
    hub.onclose(() => {
      if (closed) return
      setState('reconnecting')
      retry = setTimeout(() => void start(), 2000)
    })
    // A page that is left before it started (as in development's double mount) never connects.
    retry = setTimeout(() => void start(), 0)

    const flush = setInterval(() => {
      for (const [method, items] of queues) apply(client, method, items)
      queues.clear()
    }, FLUSH_MS)
    return () => {
      closed = true
      clearTimeout(retry)
      clearInterval(flush)
      void hub.stop()
    }
  }, [client])

  return state
}

function apply(client: QueryClient, method: Method, items: unknown[]): void {
  const update = <T>(key: readonly unknown[], merge: (current: T | undefined) => T | undefined) => client.setQueryData<T>(key, merge)
  switch (method) {
    case 'prices':
      update<Prices>(keys.prices, (current) => ({ ...current, ...Object.fromEntries((items as Price[]).map((p) => [p.symbol, p])) }))
      break
    case 'candles':
      for (const [symbol, candles] of Map.groupBy((items as Candle[]).filter((c) => c.interval === '1m'), (c) => c.symbol)) {
        update<Candle[]>(keys.candles(symbol), (current) => current && mergeCandles(current, candles))
      }
      break
    case 'events':
      eventRate.add(items.length, Date.now())
      update<EventItem[]>(keys.events, (current) => mergeById(current ?? [], items as EventItem[]))
      break
    case 'decisions':
      eventRate.add(items.length, Date.now())
      update<EventItem[]>(keys.decisions, (current) => mergeById(current ?? [], items as EventItem[]))
      break
    case 'discussions':
      update<Discussion[]>(keys.discussions, (current) => mergeById(current ?? [], items as Discussion[]))
      break
    case 'order_updates':
      applyOrderUpdates(client, items as OrderUpdate[])
      break
    case 'equity':
      applySnapshots(client, items as Equity[])
      break
    case 'groups':
      update<Group[]>(keys.groups, (current) => {
        const byId = new Map((current ?? []).map((g) => [g.id, g]))
        for (const group of items as Group[]) byId.set(group.id, { ...byId.get(group.id), ...group })
        return [...byId.values()]
      })
      break
    case 'market':
      if (client.getQueryData<Market>(keys.market)?.source !== (items.at(-1) as Market | undefined)?.source) {
        // Another market: its candles must not stand beside the old one's.
        client.removeQueries({ queryKey: ['candles'], type: 'inactive' })
        void client.resetQueries({ queryKey: ['candles'], type: 'active' })
      }
      update<Market>(keys.market, (current) => (items.at(-1) as Market | undefined) ?? current)
      break
  }
}

function applyOrderUpdates(client: QueryClient, updates: OrderUpdate[]): void {
  client.setQueryData<Order[]>(keys.orders, (current) => applyUpdates(current ?? [], updates))
  const prices = client.getQueryData<Prices>(keys.prices) ?? {}
  client.setQueryData<TradeMark[]>(keys.marks, (current) => mergeMarks(current ?? [], marksOfUpdates(updates, prices)))
  const rejected = updates.filter((u) => u.status === 'rejected').at(-1)
  if (rejected) {
    // One at a time: a burst of rejections replaces the message instead of covering the page.
    const content = { id: 'rejected', color: 'red', title: `${rejected.group_name}: order rejected`, message: rejected.reason?.message ?? rejected.symbol, autoClose: 6000 }
    notifications.hide('rejected')
    notifications.show(content)
  }
}

function applySnapshots(client: QueryClient, snapshots: Equity[]): void {
  client.setQueryData<Equity[]>(keys.equity, (current) => mergeSeries(current ?? [], snapshots))
  client.setQueryData<Position[]>(keys.positions, (current) => applyEquity(current ?? [], snapshots))
  const known = new Set(client.getQueryData<Account[]>(keys.accounts)?.map((account) => account.id))
  if (snapshots.some((s) => !known.has(s.account_id))) void client.invalidateQueries({ queryKey: keys.accounts })
  client.setQueryData<Account[]>(keys.accounts, (current) => {
    const newest = new Map(snapshots.map((s) => [s.account_id, s]))
    return current?.map((account) => {
      const s = newest.get(account.id)
      return s ? { ...account, balance: s.balance, equity: s.equity, realized_pnl: s.realized_pnl, unrealized_pnl: s.unrealized_pnl } : account
    })
  })
}
