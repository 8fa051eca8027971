import { describe, expect, it } from 'vitest'
import { axisLabel, crosshairLabel, moment, zoneLabel } from './time'

const now = new Date('2026-11-29T09:52:38Z')
const seconds = (iso: string) => Date.parse(iso) / 1000

describe('moment', () => {
  it.each([
    ['2026-11-29T09:52:38.123Z', 'UTC', '29 Nov 09:52:38'],
    ['2026-11-29T09:52:38Z', 'Europe/Berlin', '29 Nov 10:52:38'],
    ['2026-11-28T23:30:00Z', 'Europe/Berlin', '29 Nov 00:30:00'],
    ['2025-12-31T23:30:00Z', 'UTC', '31 Dec 2025 23:30:00'],
    ['2025-12-31T23:30:00Z', 'Europe/Berlin', '1 Jan 00:30:00'],
    ['2026-09-01T00:00:00Z', 'America/New_York', '31 Aug 20:00:00'],
    ['nonsense', 'UTC', '–'],
    [null, 'UTC', '–'],
  ])('%s in %s is %s', (iso, zone, text) => {
    expect(moment(iso, now, zone)).toBe(text)
  })
})

it.each([
  ['2026-11-29T00:00:00Z', 'Europe/Berlin', 'Europe/Berlin (UTC+1)'],
  ['2026-07-01T00:00:00Z', 'Europe/Berlin', 'Europe/Berlin (UTC+2)'],
  ['2026-07-01T00:00:00Z', 'Asia/Kolkata', 'Asia/Kolkata (UTC+5:30)'],
  ['2026-11-29T00:00:00Z', 'Europe/London', 'Europe/London (UTC+0)'],
  ['2026-11-29T00:00:00Z', 'UTC', 'UTC'],
])('names the zone at %s', (iso, zone, text) => {
  expect(zoneLabel(new Date(iso), zone)).toBe(text)
})

describe('a chart', () => {
  it.each([
    ['2026-11-29T00:00:00Z', 2, 'UTC', '29 Nov'],
    ['2026-11-29T00:00:00Z', 2, 'Europe/Berlin', '29 Nov 01:00'],
    ['2026-11-28T23:00:00Z', 3, 'Europe/Berlin', '29 Nov'],
    ['2026-11-29T00:00:00Z', 2, 'America/New_York', '28 Nov 19:00'],
    ['2026-11-29T09:52:00Z', 3, 'Europe/Berlin', '10:52'],
    ['2026-11-29T09:52:38Z', 4, 'Europe/Berlin', '10:52:38'],
    ['2027-01-01T00:00:00Z', 0, 'UTC', '1 Jan 2027'],
  ])('marks %s (%i) in %s with %s', (iso, kind, zone, text) => {
    expect(axisLabel(seconds(iso), kind, zone)).toBe(text)
  })

  it('says the time under the crosshair as the tables do', () => {
    expect(crosshairLabel(seconds('2026-11-29T09:52:00Z'), 'Europe/Berlin')).toBe('29 Nov 2026 10:52')
    expect(crosshairLabel(seconds('2026-11-29T09:52:38Z'), 'Europe/Berlin')).toBe('29 Nov 2026 10:52:38')
  })
})
