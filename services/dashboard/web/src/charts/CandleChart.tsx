import {
  CandlestickSeries,
  createChart,
  createSeriesMarkers,
  HistogramSeries,
  type ISeriesApi,
  type ISeriesMarkersPluginApi,
  type SeriesMarker,
  type Time,
  type UTCTimestamp,
} from 'lightweight-charts'
import { useEffect, useRef } from 'react'
import type { Candle } from '../api/types'
import { barAt, finest, lacking, type TradeMark } from '../lib/candles'
import { fixed, quantity } from '../lib/format'
import { colors } from '../theme'
import { chartOptions } from './options'

/** With more fills than this the labels would cover each other and the candles. */
const MAX_LABELS = 8

interface Drawn {
  candles: ISeriesApi<'Candlestick'>
  volume: ISeriesApi<'Histogram'>
  markers: ISeriesMarkersPluginApi<Time>
  fit: () => void
  first: number
  last: number
  count: number
  /** Empty places that stand for the bars that lack. */
  gaps: number
  shown: readonly Candle[]
  /** Behind the point, on the axis and under the crosshair. */
  places: number
}

// The library counts in steps of this, and only down to some size; what it shows is formatted here.
const minMove = (places: number) => 10 ** -Math.min(places, 12)

const seconds = (candle: Candle) => (Date.parse(candle.open_time) / 1000) as UTCTimestamp
const bar = (c: Candle) => ({ time: seconds(c), open: c.open, high: c.high, low: c.low, close: c.close })
const column = (c: Candle) => ({ time: seconds(c), value: c.volume, color: c.close >= c.open ? '#2ebd8533' : '#f6465d33' })

const inTime = <T extends { time: UTCTimestamp }>(items: T[]) => items.sort((a, b) => a.time - b.time)

/** Candles with the fills as arrows. Mount anew (key) for another symbol or interval. */
export function CandleChart({ candles, marks, tick }: { candles: readonly Candle[]; marks: readonly TradeMark[]; tick: number | undefined }) {
  const box = useRef<HTMLDivElement>(null)
  const drawn = useRef<Drawn | null>(null)
  const opens = useRef<number[]>([])

  useEffect(() => {
    const chart = createChart(box.current!, chartOptions)
    const series = chart.addSeries(CandlestickSeries, {
      upColor: colors.up,
      downColor: colors.down,
      wickUpColor: colors.up,
      wickDownColor: colors.down,
      borderVisible: false,
    })
    const volume = chart.addSeries(HistogramSeries, { priceScaleId: '', priceFormat: { type: 'volume' }, lastValueVisible: false, priceLineVisible: false })
    volume.priceScale().applyOptions({ scaleMargins: { top: 0.84, bottom: 0 } })
    series.priceScale().applyOptions({ scaleMargins: { top: 0.1, bottom: 0.2 } })
    const fit = () => {
      const places = (drawn.current?.count ?? 0) + (drawn.current?.gaps ?? 0)
      chart.timeScale().setVisibleLogicalRange({ from: Math.max(0, places - 120), to: places + 4 })
    }
    drawn.current = { candles: series, volume, markers: createSeriesMarkers(series, []), fit, first: 0, last: 0, count: 0, gaps: 0, shown: [], places: -1 }
    return () => {
      drawn.current = null
      chart.remove()
    }
  }, [])

  useEffect(() => {
    opens.current = candles.map((c) => Date.parse(c.open_time))
    const d = drawn.current
    const first = candles[0]
    const last = candles.at(-1)
    if (!d || !first || !last) return
    const places = finest(candles, tick)
    if (places !== d.places) {
      d.candles.applyOptions({ priceFormat: { type: 'custom', minMove: minMove(places), formatter: (value: number) => fixed(value, places) } })
      d.places = places
    }
    const gaps = lacking(opens.current)
    const grows = d.count > 0 && d.gaps === gaps.length && d.first === seconds(first) && candles.length - d.count <= 1 && candles.length >= d.count && candles.slice(0, -2).every((c, i) => d.shown[i] === c)
    if (grows) {
      // Only the tail moved, so only it is drawn; the bar before it may have just closed.
      for (const candle of candles.slice(-2)) {
        if (seconds(candle) < d.last) continue
        d.candles.update(bar(candle))
        d.volume.update(column(candle))
      }
    } else {
      const empty = gaps.map((at) => ({ time: (at / 1000) as UTCTimestamp }))
      d.candles.setData(inTime([...candles.map(bar), ...empty]))
      d.volume.setData(inTime([...candles.map(column), ...empty]))
    }
    const fresh = d.count === 0
    Object.assign(d, { first: seconds(first), last: seconds(last), count: candles.length, gaps: gaps.length, shown: candles })
    if (fresh) d.fit()
  }, [candles, tick])

  const firstTime = candles[0] ? seconds(candles[0]) : null
  const lastTime = candles.length > 0 ? seconds(candles[candles.length - 1]!) : null
  useEffect(() => {
    if (firstTime === null || lastTime === null) return
    drawn.current?.markers.setMarkers(
      marks.flatMap((mark): SeriesMarker<Time>[] => {
        const at = barAt(opens.current, mark.at)
        if (at === null) return []
        const buy = mark.side === 'BUY'
        return [
          {
            id: mark.id,
            time: (at / 1000) as UTCTimestamp,
            position: buy ? 'belowBar' : 'aboveBar',
            shape: buy ? 'arrowUp' : 'arrowDown',
            color: buy ? colors.up : colors.down,
            ...(marks.length <= MAX_LABELS ? { text: `${buy ? 'B' : 'S'} ${quantity(mark.qty)}` } : {}),
          },
        ]
      }),
    )
  }, [marks, firstTime, lastTime])

  return <div className="chart" ref={box} />
}
