import { ColorType, type ChartOptions, type DeepPartial, type Time } from 'lightweight-charts'
import { axisLabel, crosshairLabel } from '../lib/time'
import { colors } from '../theme'

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
    // Only marks within a minute have them; without, a minute of equity would be several marks of the same name.
    secondsVisible: true,
    rightOffset: 4,
    tickMarkFormatter: (time: Time, kind: number) => axisLabel(Number(time), kind),
    tickMarkMaxCharacterLength: 12,
  },
  localization: { timeFormatter: (time: Time) => crosshairLabel(Number(time)) },
  crosshair: { vertLine: { color: '#41506a', labelBackgroundColor: '#2a3750' }, horzLine: { color: '#41506a', labelBackgroundColor: '#2a3750' } },
}
