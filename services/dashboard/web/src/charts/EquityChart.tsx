import { AreaSeries, createChart, type IChartApi, type ISeriesApi, type UTCTimestamp } from 'lightweight-charts'
import { useEffect, useRef } from 'react'
import type { CurvePoint } from '../lib/equity'
import { money } from '../lib/format'
import { colors } from '../theme'
import { chartOptions } from './options'

/** Equity in quote currency over time. */
export function EquityChart({ points }: { points: readonly CurvePoint[] }) {
  const box = useRef<HTMLDivElement>(null)
  const drawn = useRef<{ chart: IChartApi; series: ISeriesApi<'Area'> } | null>(null)

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
    drawn.current = { chart, series }
    return () => {
      drawn.current = null
      chart.remove()
    }
  }, [])

  useEffect(() => {
    drawn.current?.series.setData(points.map((p) => ({ time: p.time as UTCTimestamp, value: p.value })))
    drawn.current?.chart.timeScale().fitContent()
  }, [points])

  return <div className="chart" ref={box} />
}
