import { notifications } from '@mantine/notifications'
import { HttpTransportType, HubConnectionBuilder, LogLevel, type HubConnection } from '@microsoft/signalr'
import { useQueryClient, type QueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { hubAddress, sessionEnded } from '../api/client'
import type { Account, Candle, Discussion, Equity, EventItem, Group, Market, Order, OrderUpdate, Position, Price } from '../api/types'
import { marksOfUpdates, mergeCandles, mergeMarks, type TradeMark } from '../lib/candles'
import { applySnapshots } from '../lib/accounts'
import { mergeById, mergeSeries } from '../lib/merge'
import { applyUpdates } from '../lib/orders'
import { applyEquity, newestPrices, type Prices } from '../lib/positions'
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
    const queues = new Map<Method, unknown[]>()
    let hub: HubConnection | undefined
    let closed = false
    let failures = 0
    let retry: ReturnType<typeof setTimeout> | undefined
    const again = () => {
      if (closed) return
      setState('reconnecting')
      retry = setTimeout(() => void start(), Math.min(500 * 2 ** failures++, 5000))
    }
    // A ticket opens one connection, so each has an address of its own.
    const start = async () => {
      try {
        const next = build(await hubAddress(), queues)
        if (closed) return
        hub = next
        next.on('session_ended', sessionEnded)
        next.onclose(again)
        await next.start()
        failures = 0
        setState('live')
        // What happened between the first answers and now was not heard.
        void client.invalidateQueries()
      } catch {
        again()
      }
    }
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
      void hub?.stop()
    }
  }, [client])

  return state
}

function build(address: string, queues: Map<Method, unknown[]>): HubConnection {
  const hub = new HubConnectionBuilder()
    .withUrl(address, { transport: HttpTransportType.WebSockets, skipNegotiation: true })
    .configureLogging(LogLevel.None)
    .build()
  for (const method of METHODS) {
    hub.on(method, (items: unknown) => {
      const queue = queues.get(method) ?? []
      queue.push(...(Array.isArray(items) ? items : [items]))
      queues.set(method, queue.slice(-MAX_QUEUED))
    })
  }
  return hub
}

function apply(client: QueryClient, method: Method, items: unknown[]): void {
  const update = <T>(key: readonly unknown[], merge: (current: T | undefined) => T | undefined) => client.setQueryData<T>(key, merge)
  switch (method) {
    case 'prices':
      update<Prices>(keys.prices, (current) => newestPrices(current ?? {}, items as Price[]))
      break
    case 'candles':
      for (const same of Map.groupBy(items as Candle[], (c) => `${c.symbol}|${c.interval}`).values()) {
        // Only what is shown is kept.
        update<Candle[]>(keys.candles(same[0]!.symbol, same[0]!.interval), (current) => current && mergeCandles(current, same))
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
      takeSnapshots(client, items as Equity[])
      break
    case 'groups':
      update<Group[]>(keys.groups, (current) => {
        const byId = new Map((current ?? []).map((g) => [g.id, g]))
        for (const group of items as Group[]) {
          const known = byId.get(group.id)
          if (!known?.version || !group.version || group.version >= known.version) byId.set(group.id, { ...known, ...group })
        }
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
  client.setQueryData<TradeMark[]>(keys.marks, (current) => mergeMarks(current ?? [], marksOfUpdates(updates)))
  const rejected = updates.filter((u) => u.status === 'rejected').at(-1)
  if (rejected) {
    // One at a time: a burst of rejections replaces the message instead of covering the page.
    const content = { id: 'rejected', color: 'red', title: `${rejected.group_name}: order rejected`, message: rejected.reason?.message ?? rejected.symbol, autoClose: 6000 }
    notifications.hide('rejected')
    notifications.show(content)
  }
}

function takeSnapshots(client: QueryClient, snapshots: Equity[]): void {
  client.setQueryData<Equity[]>(keys.equity, (current) => mergeSeries(current ?? [], snapshots))
  client.setQueryData<Position[]>(keys.positions, (current) => applyEquity(current ?? [], snapshots))
  const known = new Set(client.getQueryData<Account[]>(keys.accounts)?.map((account) => account.id))
  if (snapshots.some((s) => !known.has(s.account_id))) void client.invalidateQueries({ queryKey: keys.accounts })
  client.setQueryData<Account[]>(keys.accounts, (current) => current && applySnapshots(current, snapshots))
}
