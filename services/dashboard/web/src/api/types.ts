/**
 * Shapes of the interfaces, as sent: snake_case, decimals as numbers, times as ISO 8601. A number here is exact to 15 digits, which is more than a
 * price or a quantity has; longer ones are what was computed (averages, PnL), and those are rounded where they are shown.
 */
export interface Page<T> {
  items: T[]
  next: string | null
}

export interface Price {
  symbol: string
  price: number
  bid: number | null
  ask: number | null
  market_time: string
  observed_at: string
  source: string
}

export interface Candle {
  symbol: string
  interval: string
  open_time: string
  open: number
  high: number
  low: number
  close: number
  volume: number
  closed: boolean
}

export interface Market {
  source: string
  notice: string | null
  symbols: string[]
  /** Of the candles that the page shows; null while the market is starting. */
  interval: string | null
  /** What a recording lacks. */
  gaps: { from: string; to: string }[]
}

/** What a symbol is quoted (`tick_size`) and traded in (`step_size`). */
export interface Instrument {
  symbol: string
  tick_size: number
  step_size: number
}

/** What a decision asks for; the diary nests it as `signal`, the live feed has it beside the rest. */
export interface Signal {
  symbol?: string | null
  action?: string | null
  qty?: number | null
  margin_usd?: number | null
  confidence_pct?: number | null
  reasoning?: string | null
}

export interface EventItem extends Signal {
  id: string
  event_type: 'immediate' | 'post_trade'
  source_id: string
  group_id: string | null
  group_name: string | null
  priority: number
  targets: string[]
  title: string
  payload: unknown
  tags: string[]
  correlation_id: string | null
  trigger_event_id: string | null
  signal?: Signal | null
  created_at: string
}

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

export interface Discussion {
  id: string
  group_id: string
  group_name: string
  message: string
  member_opinions: Opinion[] | null
  decision: (Opinion & Signal) | null
  trigger_event_id: string | null
  decision_id: string | null
  correlation_id: string | null
  created_at: string
}

export interface Reason {
  code: string
  limit: string | null
  value: string | null
  nearest_acceptable: string | null
  message: string
}

export interface Order {
  id: string
  decision_id: string
  group_id: string
  group_name: string
  account_id: string
  mode: string
  symbol: string
  side: 'BUY' | 'SELL' | null
  action: string | null
  status: string
  qty: number
  avg_price: number | null
  fee: number
  realized_pnl: number
  reason: Reason | null
  trigger_event_id: string | null
  correlation_id: string | null
  created_at: string
  updated_at: string
}

export interface OrderUpdate extends Omit<Order, 'action' | 'updated_at'> {
  order_id: string
  terminal: boolean
  /** When it was filled last, in the market's own time; null while nothing was. */
  market_time: string | null
}

export interface Position {
  account_id: string
  group_id: string
  group_name: string
  symbol: string
  side: string
  qty: number
  avg_price: number
  cost?: number
  mark_price: number | null
  realized_pnl: number
  /** Null while there is no price of the symbol. */
  unrealized_pnl: number | null
  updated_at: string
}

export interface Fill {
  id: string
  order_id: string
  decision_id: string
  symbol: string
  side: 'BUY' | 'SELL'
  qty: number
  price: number
  fee: number
  fee_asset?: string | null
  fee_asset_qty?: number | null
  fee_pending?: boolean
  realized_pnl: number
  /** In the market's own time, which in a replay is not `created_at`; null of fills from before it was kept. */
  market_time: string | null
  created_at: string
}

export interface Account {
  id: string
  name: string
  exchange: string
  mode: string
  margin_mode: string
  position_mode: string
  active: boolean
  /** The first of `groups`, null without one. */
  group_id: string | null
  group_name: string | null
  groups: { id: string; name: string }[]
  balance: number
  equity: number
  realized_pnl: number
  unrealized_pnl: number
  /** When the newest sample that came live was taken; unset where the row is as it was loaded. */
  valued_at?: string
}

export interface Equity {
  account_id: string
  mode: string
  group_id: string
  group_name: string
  balance: number
  equity: number
  realized_pnl: number
  unrealized_pnl: number
  positions?: { symbol: string; qty: number; avg_price: number; mark_price: number; realized_pnl: number; unrealized_pnl: number }[] | null
  created_at: string
}

export interface Group {
  id: string
  name: string
  market: string
  symbol: string
  interval: string
  leverage: number
  margin_usdt: number
  position_mode: string
  active: boolean
  hosted: boolean
  /** Grows with every change; only live ones say it. */
  version?: number
  members: { id: string; name: string; role: string; provider: string; model: string }[]
  connected?: boolean
}

export const ROLES = ['viewer', 'trader', 'admin'] as const

export interface User {
  id: string
  username: string
  role: (typeof ROLES)[number]
  disabled: boolean
  created_at: string
  last_sign_in_at: string | null
}
