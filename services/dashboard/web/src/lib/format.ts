const DASH = '–'

const fixed = new Map<number, Intl.NumberFormat>()

function withDecimals(decimals: number): Intl.NumberFormat {
  let format = fixed.get(decimals)
  if (!format) {
    format = new Intl.NumberFormat('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals })
    fixed.set(decimals, format)
  }
  return format
}

/** Quote currency with cents. */
export function money(value: number | null | undefined): string {
  return isNumber(value) ? withDecimals(2).format(noMinusZero(value, 2)) : DASH
}

/** Quote currency with its sign, e.g. +12.30. */
export function signed(value: number | null | undefined): string {
  if (!isNumber(value)) return DASH
  const rounded = noMinusZero(value, 2)
  return (rounded > 0 ? '+' : '') + withDecimals(2).format(rounded)
}

/** A price with as many decimals as its size needs. */
export function price(value: number | null | undefined): string {
  if (!isNumber(value)) return DASH
  const size = Math.abs(value)
  return withDecimals(size === 0 || size >= 100 ? 2 : size >= 1 ? 4 : 6).format(value)
}

/** Base asset amount without trailing zeros, at most 8 decimals. */
export function quantity(value: number | null | undefined): string {
  return isNumber(value) ? new Intl.NumberFormat('en-US', { maximumFractionDigits: 8 }).format(noMinusZero(value, 8)) : DASH
}

/** A confidence as 0 to 100; groups send either a share (0.7) or per cent (70). */
export function percent(opinion: { confidence_pct?: number | null; confidence?: number | null } | null | undefined): number | null {
  const given = opinion?.confidence_pct ?? null
  const share = opinion?.confidence ?? null
  const value = isNumber(given) ? given : isNumber(share) ? (share <= 1 ? share * 100 : share) : null
  return value === null ? null : Math.min(100, Math.max(0, value))
}

/** Time of day, local, with seconds. */
export function time(iso: string | null | undefined): string {
  const date = new Date(iso ?? NaN)
  return Number.isNaN(date.getTime()) ? DASH : date.toLocaleTimeString('en-GB', { hour12: false })
}

/** Green for gains, red for losses. */
export function tone(value: number | null | undefined): 'up' | 'down' | 'flat' {
  return !isNumber(value) || Math.abs(value) < 0.005 ? 'flat' : value > 0 ? 'up' : 'down'
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

function noMinusZero(value: number, decimals: number): number {
  return Math.abs(value) < 0.5 * 10 ** -decimals ? 0 : value
}
