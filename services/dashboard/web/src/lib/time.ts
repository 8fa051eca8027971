const DASH = '–'

const formats = new Map<string, Intl.DateTimeFormat>()

type Part = 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second'

function parts(at: Date, zone: string): Record<Part, string> {
  let format = formats.get(zone)
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit' })
    formats.set(zone, format)
  }
  return Object.fromEntries(format.formatToParts(at).map((p) => [p.type, p.value])) as Record<Part, string>
}

/** The zone of every time on the page: the reader's. */
export function readersZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone
}

/** The zone's name and what it is off UTC at a moment, e.g. Europe/Berlin (UTC+1). */
export function zoneLabel(at: Date, zone = readersZone()): string {
  const offset = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'shortOffset' }).formatToParts(at).find((p) => p.type === 'timeZoneName')!.value.replace('GMT', 'UTC')
  return zone === 'UTC' ? zone : `${zone} (${offset === 'UTC' ? 'UTC+0' : offset})`
}

/** Date and time with seconds; the year where it is another than now's. */
export function moment(iso: string | null | undefined, now = new Date(), zone = readersZone()): string {
  const at = new Date(iso ?? NaN)
  if (Number.isNaN(at.getTime())) return DASH
  const p = parts(at, zone)
  return `${p.day} ${p.month} ${p.year === parts(now, zone).year ? '' : `${p.year} `}${p.hour}:${p.minute}:${p.second}`
}

/**
 * A mark on a chart's time axis. The chart chooses marks by UTC, where days begin at another time than the reader's, so a date stands alone only
 * where the reader's day begins. `kind` is the library's: up to 2 a year, a month or a day, 4 a time with seconds.
 */
export function axisLabel(seconds: number, kind: number, zone = readersZone()): string {
  const p = parts(new Date(seconds * 1000), zone)
  const date = `${p.day} ${p.month}`
  const time = `${p.hour}:${p.minute}`
  if (`${time}:${p.second}` === '00:00:00') return date === '1 Jan' ? `${date} ${p.year}` : date
  return kind <= 2 ? `${date} ${time}` : kind === 4 ? `${time}:${p.second}` : time
}

/** The time under the crosshair. */
export function crosshairLabel(seconds: number, zone = readersZone()): string {
  const p = parts(new Date(seconds * 1000), zone)
  return `${p.day} ${p.month} ${p.year} ${p.hour}:${p.minute}${p.second === '00' ? '' : `:${p.second}`}`
}
