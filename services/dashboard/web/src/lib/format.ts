const DASH = '–'

/** Below this an amount of quote currency is what rounding left over. */
const NOTHING = 1e-8

/** What every browser formats. */
const MOST_PLACES = 20

const formats = new Map<number, Intl.NumberFormat>()

function withDecimals(places: number): Intl.NumberFormat {
  const digits = Math.min(places, MOST_PLACES)
  let format = formats.get(digits)
  if (!format) {
    format = new Intl.NumberFormat('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
    formats.set(digits, format)
  }
  return format
}

/** How many digits a number has behind the point: 2 of 0.25, 8 of 3.94e-6. */
export function decimals(value: number): number {
  const [digits, exponent] = String(value).split('e')
  const fraction = digits!.split('.')[1]?.length ?? 0
  return Math.max(0, fraction - Number(exponent ?? 0))
}

/** Exactly so many digits behind the point, for the axis of a chart. */
export function fixed(value: number, places: number): string {
  return withDecimals(places).format(noMinusZero(value, places))
}

/** A price that was quoted: as fine as the symbol's tick, and never coarser than the price itself. */
export function price(value: number | null | undefined, tick?: number | null): string {
  return exact(value, tick)
}

/** A quantity: as fine as the symbol's lot step, and never coarser than the quantity itself. */
export function quantity(value: number | null | undefined, step?: number | null): string {
  return exact(value, step)
}

/** A price that was computed from several: as fine as the symbol's tick, unless that leaves nothing of it. */
export function average(value: number | null | undefined, tick?: number | null): string {
  if (!isNumber(value) || !isNumber(tick)) return exact(value)
  const places = decimals(tick)
  return value !== 0 && Math.abs(value) < 0.5 * 10 ** -places ? exact(value) : fixed(value, places)
}

/** Quote currency with cents; what is less than one keeps two digits. */
export function money(value: number | null | undefined): string {
  if (!isNumber(value)) return DASH
  const amount = Math.abs(value) < NOTHING ? 0 : value
  return withDecimals(moneyPlaces(amount)).format(amount)
}

/** Quote currency with its sign, e.g. +12.30. */
export function signed(value: number | null | undefined): string {
  return isNumber(value) && value >= NOTHING ? `+${money(value)}` : money(value)
}

/** Green for gains, red for losses. */
export function tone(value: number | null | undefined): 'up' | 'down' | 'flat' {
  return !isNumber(value) || Math.abs(value) < NOTHING ? 'flat' : value > 0 ? 'up' : 'down'
}

/** A confidence as 0 to 100; groups send either a share (0.7) or per cent (70). */
export function percent(opinion: { confidence_pct?: number | null; confidence?: number | null } | null | undefined): number | null {
  const given = opinion?.confidence_pct ?? null
  const share = opinion?.confidence ?? null
  const value = isNumber(given) ? given : isNumber(share) ? (share <= 1 ? share * 100 : share) : null
  return value === null ? null : Math.min(100, Math.max(0, value))
}

/** All the digits of a number, at least as many as its grid has. */
function exact(value: number | null | undefined, grid?: number | null): string {
  if (!isNumber(value)) return DASH
  const places = Math.max(decimals(value), isNumber(grid) ? decimals(grid) : 0)
  // As text: what is formatted is the number's shortest form, not the binary fraction behind it.
  return withDecimals(places).format(`${value}`)
}

function moneyPlaces(value: number): number {
  const size = Math.abs(value)
  return size === 0 || size >= 0.005 ? 2 : 1 - Math.floor(Math.log10(size))
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

function noMinusZero(value: number, places: number): number {
  return Math.abs(value) < 0.5 * 10 ** -places ? 0 : value
}

/** How an order is filled: a limit order with where it rests. */
export function orderType(type: string | null | undefined, limit: number | null | undefined, tick?: number | null): string {
  return type === 'limit' ? (limit === null || limit === undefined ? 'limit' : `limit ${price(limit, tick)}`) : (type ?? '')
}
