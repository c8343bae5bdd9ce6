import { echarts, frame, go, keys, legend } from './frame.js'
import { BarChart } from 'echarts/charts'
import { GridComponent } from 'echarts/components'
import { across, readTable, topSeries } from './source.js'
import { axisNumber, colour, faint, hatch, ink, itemStyle, line, number, share, textStyle } from './look.js'
import { tip, tooltip } from './tip.js'

echarts.use([BarChart, GridComponent])

// stack draws bars by period, one piece per series: absolute, or each period as
// 100 %. With data-side they stand side by side: figures that must never be
// added up, such as incidents and official totals.
export function stack(figure) {
  const f = frame(figure)
  const table = document.getElementById(figure.dataset.source)
  const data = 'across' in figure.dataset ? across(readTable(table)) : readTable(table)
  const asShare = figure.dataset.as === 'share'
  const side = 'side' in figure.dataset
  const lying = 'across' in figure.dataset // bars lie: their names are words
  if (lying) f.canvas.style.setProperty('block-size', `${data.columns.length * 26 + 70}px`)
  const unit = figure.dataset.unit || ''
  const series = topSeries(data.series, Number(figure.dataset.top || 10), f.label('Rest'))

  const totals = () => data.columns.map((_, i) => sum(series.filter((s) => !s.hidden).map((s) => s.cells[i].value)))
  f.redraw = () => f.draw(option(f, data.columns, series, totals(), { asShare, side, lying, unit }))
  f.redraw()
  if (series.length > 1) legend(f, series)

  f.chart.on('click', (p) => go(series[p.seriesIndex].cells[p.dataIndex]))
  keys(f, data.columns.length, (col, row) => {
    const shown = series.filter((s) => !s.hidden)
    const s = shown[row]
    if (!s) return null
    const v = s.cells[col].value
    const text = v === null ? f.label('Gap') : asShare ? share(v / totals()[col] || 0) : number(v) + ' ' + unit
    return { row, series: series.indexOf(s), cell: s.cells[col], text: `${data.columns[col].name}, ${s.name}: ${text}` }
  })
}

const sum = (values) => values.reduce((a, v) => a + (v || 0), 0)

function option(f, columns, series, totals, { asShare, side, lying, unit }) {
  const value = (s, i) => {
    const v = s.cells[i].value
    if (v === null || s.hidden) return null
    return asShare ? (totals[i] ? v / totals[i] : null) : v
  }
  const room = Math.min(210, f.chart.getWidth() * 0.34) // for the names of bars that lie
  const names = {
    type: 'category',
    data: columns.map((c) => c.name),
    inverse: lying,
    axisLine: { lineStyle: { color: line } },
    axisTick: { show: false },
    axisLabel: lying ? { color: ink, interval: 0, width: room, overflow: 'truncate' } : { color: ink, hideOverlap: true },
  }
  const values = {
    type: 'value',
    name: asShare ? '' : unit,
    nameTextStyle: { color: faint, align: 'left' },
    nameGap: 10,
    max: asShare ? 1 : null,
    minInterval: unit ? 0 : 1,
    splitNumber: 4,
    interval: asShare ? 0.25 : undefined,
    axisLabel: { color: faint, formatter: asShare ? share : axisNumber },
    splitLine: { lineStyle: { color: line } },
  }
  return {
    textStyle,
    grid: lying
      ? { left: room + 10, right: 24, top: 4, bottom: 24, outerBoundsMode: 'none' }
      : { left: 4, right: 20, top: 28, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    tooltip: {
      ...tooltip,
      trigger: 'axis',
      axisPointer: { type: 'shadow', shadowStyle: { color: 'var(--pic-veil)' } },
      formatter: (points) => box(f, columns, series, totals, points[0].dataIndex, { asShare, side, unit }),
    },
    // The second pair of axes carries the gaps, whose bars must not make room
    // for themselves between the others.
    xAxis: lying ? values : [names, { type: 'category', data: names.data, show: false, axisPointer: { show: false } }],
    yAxis: lying ? names : [values, { type: 'value', min: 0, max: 1, show: false }],
    series: [...series.map((s) => ({
      type: 'bar',
      name: s.name,
      stack: side ? null : 'all',
      barCategoryGap: lying ? '24%' : columns.length > 24 ? '8%' : '32%',
      barGap: '6%',
      barMaxWidth: side ? 44 : 72,
      cursor: s.cells.some((c) => c.href) ? 'pointer' : 'default',
      itemStyle: itemStyle(s.colour),
      emphasis: { itemStyle: { color: colour(s.colour), opacity: 0.85, decal: s.colour === 'unknown' ? hatch : null } },
      data: columns.map((_, i) => value(s, i)),
    })), ...gaps(columns, lying)],
  }
}

// gaps fills the columns in which nothing was reported with hatching, from the
// axis to the top: a gap must not look like nought.
function gaps(columns, lying) {
  if (lying || !columns.some((c) => c.gap)) return []
  return [
    {
      type: 'bar',
      xAxisIndex: 1,
      yAxisIndex: 1,
      silent: true,
      z: 0,
      barWidth: '100%',
      itemStyle: { color: 'transparent', decal: { ...hatch, dashArrayY: [1, 5], color: 'var(--pic-unknown)' } },
      data: columns.map((c) => (c.gap ? 1 : null)),
    },
  ]
}

function box(f, columns, series, totals, i, { asShare, side, unit }) {
  if (columns[i].gap) return tip(columns[i].name, [{ name: f.label('Gap'), value: '' }])
  const shown = series.filter((s) => !s.hidden)
  const rows = shown
    .filter((s) => s.cells[i].value !== 0)
    .map((s) => {
      const v = s.cells[i].value
      return {
        colour: s.colour,
        name: s.name,
        value: v === null ? f.label('Gap') : `${number(v)} ${unit}`,
        note: side || v === null || !totals[i] ? '' : share(v / totals[i]),
      }
    })
  if (!side) {
    rows.reverse()
    rows.push({ name: f.label('Total'), value: `${number(totals[i])} ${unit}`, strong: true })
  }
  return tip(columns[i].name, rows, shown.some((s) => s.cells[i].href) ? f.label('Open') : '')
}
