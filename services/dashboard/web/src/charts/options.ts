import { ColorType, type ChartOptions, type DeepPartial, type Time } from 'lightweight-charts'
import { colors } from '../theme'

const local = (time: Time, options: Intl.DateTimeFormatOptions) => new Date(Number(time) * 1000).toLocaleString('en-GB', { hour12: false, ...options })

/** Times are shown in the reader's zone, as in the tables. The library's logo stays: its licence asks for it. */
export const chartOptions: DeepPartial<ChartOptions> = {
  autoSize: true,
  layout: {
    background: { type: ColorType.Solid, color: colors.panel },
    textColor: colors.text,
    fontSize: 11,
    attributionLogo: true,
  },
  grid: { vertLines: { color: colors.grid }, horzLines: { color: colors.grid } },
  rightPriceScale: { borderColor: colors.grid },
  timeScale: {
    borderColor: colors.grid,
    timeVisible: true,
    secondsVisible: false,
    rightOffset: 4,
    tickMarkFormatter: (time: Time, type: number) => (type >= 3 ? local(time, { hour: '2-digit', minute: '2-digit' }) : local(time, { day: 'numeric', month: 'short' })),
  },
  localization: { timeFormatter: (time: Time) => local(time, { day: '2-digit', month: 'short', hour: '2-digit', minute: '2-digit' }) },
  crosshair: { vertLine: { color: '#41506a', labelBackgroundColor: '#2a3750' }, horzLine: { color: '#41506a', labelBackgroundColor: '#2a3750' } },
}
