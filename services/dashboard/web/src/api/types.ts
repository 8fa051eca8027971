import type { components } from './openapi'

/**
 * Names for the shapes of `openapi.ts`, which each build writes anew from `contracts/openapi.json` (`npm run types`); a field that is sent is described
 * there and nowhere else. Decimals are numbers: exact to 15 digits, which is more than a price or a quantity has; longer ones are what was computed (averages,
 * PnL), and those are rounded where they are shown.
 */
type Schemas = components['schemas']

export interface Page<T> {
  items: T[]
  next: string | null
}

export type Price = Schemas['PriceTick']
export type Candle = Schemas['Candle']
export type Market = Omit<Schemas['MarketView'], 'intervals' | 'symbol_states'>
export type Instrument = Pick<Schemas['InstrumentView'], 'symbol' | 'tick_size' | 'step_size'>

/** The list's rows have a `seq` besides. */
export type EventItem = Schemas['LiveEvent']

/** As groups send it: field names differ between bots, so everything is optional. */
export interface Opinion {
  name?: string
  member?: string
  member_name?: string
  role?: string
  model?: string
  stance?: string
  opinion?: string
  action?: string
  decision?: string
  confidence?: number
  confidence_pct?: number
  reasoning?: string
  message?: string
  summary?: string
}

export type Discussion = Omit<Schemas['LiveDiscussion'], 'member_opinions' | 'decision'> & {
  member_opinions: Opinion[] | null
  decision: (Opinion & { margin_usd?: number | null; qty?: number | null }) | null
}

/** The document writes a reason that is not there as the list has it: null. */
export type OrderUpdate = Omit<Schemas['LiveOrderUpdate'], 'reason'> & Pick<Schemas['OrderView'], 'reason'>

/** What the list and the live updates both say of an order. */
export type Order = Omit<OrderUpdate, 'order_id' | 'terminal' | 'market_time' | 'client_decision_id'> & Pick<Schemas['OrderView'], 'updated_at'>

export type Position = Omit<Schemas['PositionView'], 'cost'>
export type Fill = Schemas['FillView']

type AccountView = Schemas['AccountView']
export type Account = Pick<
  AccountView,
  'id' | 'name' | 'exchange' | 'mode' | 'margin_mode' | 'position_mode' | 'active' | 'group_id' | 'group_name' | 'groups' | 'balance' | 'equity' | 'realized_pnl' | 'unrealized_pnl'
> & {
  /** When the newest sample that came live was taken; unset where the row is as it was loaded. */
  valued_at?: string
}

export type Equity = Omit<Schemas['LiveEquity'], 'id' | 'positions'> & Partial<Pick<Schemas['LiveEquity'], 'positions'>>

type GroupView = Schemas['GroupView']
export type Group = Pick<GroupView, 'id' | 'name' | 'market' | 'symbol' | 'interval' | 'leverage' | 'margin_usdt' | 'position_mode' | 'active' | 'hosted' | 'members'> & {
  /** Grows with every change; only live ones say it. */
  version?: number
  /** Only the list knows it. */
  connected?: boolean
}

export type User = Omit<Schemas['UserView'], 'updated_at'>

export const ROLES = ['viewer', 'trader', 'admin'] as const satisfies readonly User['role'][]
