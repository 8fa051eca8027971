import { AreaSeries, createChart, type IChartApi, type ISeriesApi, type UTCTimestamp } from 'lightweight-charts'
import { useEffect, useRef } from 'react'
import type { CurvePoint } from '../lib/equity'
import { money } from '../lib/format'
import { colors } from '../theme'
import { chartOptions } from './options'

const point = (p: CurvePoint) => ({ time: p.time as UTCTimestamp, value: p.value })

/** Equity in quote currency over time. `end` moves with every price, so it alone is drawn anew. */
export function EquityChart({ points, end }: { points: readonly CurvePoint[]; end: CurvePoint | null }) {
  const box = useRef<HTMLDivElement>(null)
  const drawn = useRef<{ chart: IChartApi; series: ISeriesApi<'Area'>; points: readonly CurvePoint[] | null; last: number } | null>(null)

  useEffect(() => {
    const chart = createChart(box.current!, { ...chartOptions, handleScroll: false, handleScale: false })
    chart.timeScale().applyOptions({ rightOffset: 1 })
    const series = chart.addSeries(AreaSeries, {
      lineColor: colors.accent,
      topColor: '#4c8dff55',
      bottomColor: '#4c8dff05',
      lineWidth: 2,
      priceFormat: { type: 'custom', formatter: money, minMove: 0.01 },
    })
    drawn.current = { chart, series, points: null, last: 0 }
    return () => {
      drawn.current = null
      chart.remove()
    }
  }, [])

  const [time, value] = [end?.time, end?.value]
  useEffect(() => {
    const d = drawn.current
    if (!d) return
    // An end before the last one, by another clock, cannot be appended.
    if (points !== d.points || (time ?? 0) < d.last) d.series.setData(points.map(point))
    if (time !== undefined && value !== undefined) d.series.update(point({ time, value }))
    Object.assign(d, { points, last: time ?? 0 })
    d.chart.timeScale().fitContent()
  }, [points, time, value])

  return <div className="chart" ref={box} />
}
