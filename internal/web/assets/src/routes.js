import { echarts, frame, go } from './frame.js'
import { LinesChart, ScatterChart } from 'echarts/charts'
import { GeoComponent } from 'echarts/components'
import { readCell, readTable } from './source.js'
import { ink, line, number, paper, textStyle } from './look.js'
import { el, tip, tooltip } from './tip.js'
import { equalEarth, world } from './world.js'

echarts.use([LinesChart, ScatterChart, GeoComponent])

// routes draws one map: the states by what was seized in them, and the routes
// as arcs, as wide as what went over them, solid where the source states them
// and dashed where they are inferred. data-p names the column of the tables
// that it draws, so that small maps for single years are the same chart.
export async function routes(figure) {
  const f = frame(figure)
  const unit = figure.dataset.unit || ''
  const small = 'small' in figure.dataset
  let extents
  try {
    extents = await world(figure.dataset.world)
  } catch (err) {
    figure.hidden = true // the tables under it say the same
    console.warn('map:', err.message)
    return
  }
  const places = readPlaces(figure)
  const arcs = readArcs(figure)
  const breaks = classes(small ? years(figure.dataset.places) : places.map((p) => p.value))
  if (!small) scale(f, breaks, unit)

  const show = (title, value, note) => tip(title, [{ name: note, value: `${number(value)} ${unit}` }], f.label('Open'))
  const geo = {
    map: 'world',
    roam: false,
    aspectScale: 1,
    preserveAspect: 'contain',
    nameProperty: 'name',
    silent: false,
    itemStyle: { areaColor: 'var(--pic-land)', borderColor: 'var(--pic-edge)', borderWidth: 0.5 },
    label: { show: false },
    emphasis: { label: { show: false }, itemStyle: { areaColor: 'var(--pic-land-hover)', borderColor: ink } },
    select: { disabled: true },
    regions: places.map((p) => region(p, breaks)),
    tooltip: {
      show: true,
      formatter: ({ name }) => {
        const p = places.find((x) => x.code === name)
        return p && p.value ? show(p.name, p.value, f.label('Seized')) : ''
      },
    },
    ...fit(readArcs(figure, 'total'), readPlaces(figure, 'total')), // small maps show the same part of the world
  }
  const widest = Math.max(...(small ? years(figure.dataset.source) : arcs.map((a) => a.value)), 1)
  f.draw({
    textStyle,
    tooltip: { ...tooltip, trigger: 'item' },
    geo,
    series: [
      {
        type: 'scatter',
        coordinateSystem: 'geo',
        symbol: 'circle',
        cursor: 'pointer',
        data: places.filter((p) => p.value && (extents.get(p.code) || 0) < 0.035).map((p) => dot(p, breaks, small)),
        tooltip: { formatter: ({ data }) => show(data.place.name, data.place.value, f.label('Seized')) },
      },
      lines(arcs.filter((a) => a.basis !== 'inferred'), 'solid', widest, small, show, f),
      lines(arcs.filter((a) => a.basis === 'inferred'), [5, 4], widest, small, show, f),
    ],
  })
  f.chart.on('click', (p) => {
    if (p.componentType === 'geo') go(places.find((x) => x.code === p.name))
    else if (p.data?.place) go(p.data.place)
    else go(p.data?.arc)
  })
  if (!small) controls(f)
}

function column(table, key) {
  return [...table.tHead.querySelectorAll('th[data-p]')].findIndex((th) => th.dataset.p === key)
}

// years are the figures of all single years: small maps share their scales, or
// they could not be compared.
function years(id) {
  const table = document.getElementById(id)
  const { columns, series } = readTable(table)
  return series.flatMap((s) => s.cells.filter((_, i) => columns[i].key !== 'total').map((c) => c.value || 0))
}

function readPlaces(figure, key = figure.dataset.p) {
  const table = document.getElementById(figure.dataset.places)
  if (!table) return []
  const at = column(table, key)
  return [...table.querySelectorAll('tbody tr[data-s]')].map((tr) => ({
    code: tr.dataset.s,
    name: tr.dataset.n || tr.querySelector('th').textContent.trim(),
    at: (tr.dataset.at || '').split(',').map(Number),
    ...readCell(tr.querySelectorAll('td[data-v]')[at]),
  }))
}

// readArcs reads data-path="67.7,33.9;53,32;10,51": the stations of the route,
// each leg an arc.
function readArcs(figure, key = figure.dataset.p) {
  const table = document.getElementById(figure.dataset.source)
  if (!table) return []
  const at = column(table, key)
  const out = []
  for (const tr of table.querySelectorAll('tbody tr[data-path]')) {
    const cell = readCell(tr.querySelectorAll('td[data-v]')[at])
    if (!cell.value) continue
    const stations = tr.dataset.path.split(';').map((s) => equalEarth(...s.split(',').map(Number)))
    for (let i = 1; i < stations.length; i++) {
      out.push({ ...cell, name: tr.dataset.n, basis: tr.dataset.basis, coords: [stations[i - 1], stations[i]], last: i === stations.length - 1 })
    }
  }
  return out.sort((a, b) => a.value - b.value)
}

// classes are at most six steps over the values: each holds about as many
// states, since amounts span six orders of magnitude.
function classes(values) {
  const sorted = values.filter((v) => v > 0).sort((a, b) => a - b)
  const out = []
  for (let i = 1; i < 6; i++) {
    const b = nice(sorted[Math.floor((sorted.length * i) / 6)] || 0)
    if (b > (out.at(-1) || 0)) out.push(b)
  }
  return out
}

// nice rounds down to 1, 2 or 5 times a power of ten.
function nice(v) {
  if (v <= 0) return 0
  const p = 10 ** Math.floor(Math.log10(v))
  const m = v / p
  return (m >= 5 ? 5 : m >= 2 ? 2 : 1) * p
}

function shade(value, breaks) {
  if (!value) return 'var(--pic-land)'
  const step = breaks.filter((b) => value >= b).length + 1
  return `var(--pic-step-${Math.round(1 + ((step - 1) * 5) / Math.max(breaks.length, 1))})`
}

const region = (p, breaks) => ({
  name: p.code,
  itemStyle: { areaColor: shade(p.value, breaks) },
  emphasis: { itemStyle: { areaColor: shade(p.value, breaks), borderColor: ink, borderWidth: 1.25 } },
})

const dot = (p, breaks, small) => ({
  place: p,
  value: equalEarth(...p.at),
  symbolSize: small ? 4 : 8,
  itemStyle: { color: shade(p.value, breaks), borderColor: 'var(--pic-edge)', borderWidth: 0.75 },
})

function lines(arcs, type, widest, small, show, f) {
  const width = (v) => (small ? 0.5 : 0.8) + (small ? 2.5 : 5.5) * Math.sqrt(v / widest)
  return {
    type: 'lines',
    coordinateSystem: 'geo',
    polyline: false,
    cursor: 'pointer',
    z: 5,
    symbol: ['none', small ? 'none' : 'arrow'],
    data: arcs.map((a) => ({
      arc: a,
      coords: a.coords,
      symbolSize: 4 + 0.8 * width(a.value),
      lineStyle: {
        color: 'var(--pic-route)',
        type,
        width: width(a.value),
        opacity: 0.3 + 0.6 * Math.sqrt(a.value / widest),
        curveness: bend(a.coords),
      },
    })),
    emphasis: { lineStyle: { color: 'var(--pic-route-hover)', opacity: 1 } },
    tooltip: { formatter: ({ data }) => show(data.arc.name, data.arc.value, f.label(data.arc.basis === 'inferred' ? 'Inferred' : 'Stated')) },
  }
}

// bend makes arcs bow to the north whichever way they run, so that two routes
// in opposite directions do not lie on each other's mirror image.
const bend = ([a, b]) => (a[0] <= b[0] ? 0.22 : -0.22)

// fit crops the map to where the figures are, with a margin: a slice of one
// state should not be drawn as a speck on the globe.
function fit(arcs, places) {
  const points = [...arcs.flatMap((a) => a.coords), ...places.filter((p) => p.value).map((p) => equalEarth(...p.at))]
  const whole = { x: [-2.71, 2.71], y: [-1.0, 1.32] }
  if (!points.length) return { boundingCoords: [[whole.x[0], whole.y[1]], [whole.x[1], whole.y[0]]] }
  const xs = points.map((p) => p[0])
  const ys = points.map((p) => p[1])
  const margin = 0.3
  const box = {
    x: [Math.max(Math.min(...xs) - margin, whole.x[0]), Math.min(Math.max(...xs) + margin, whole.x[1])],
    y: [Math.max(Math.min(...ys) - margin, whole.y[0]), Math.min(Math.max(...ys) + margin, whole.y[1])],
  }
  return { boundingCoords: [[box.x[0], box.y[1]], [box.x[1], box.y[0]]], left: 0, right: 0, top: 0, bottom: 0 }
}

// scale explains the steps of the shading and the two kinds of line.
function scale(f, breaks, unit) {
  const list = el('ul', 'pic-legend pic-scale')
  const edges = [0, ...breaks]
  edges.forEach((from, i) => {
    const item = el('li', '')
    const s = el('i', 'pic-swatch')
    s.style.setProperty('background', shade(from || Number.MIN_VALUE, breaks))
    const to = edges[i + 1]
    const text = i === 0 && to === undefined ? unit : to === undefined ? `≥ ${number(from)} ${unit}` : i === 0 ? `< ${number(to)} ${unit}` : `${number(from)}–${number(to)}`
    item.append(s, ' ' + text)
    list.append(item)
  })
  for (const [cls, text] of [['pic-line', f.label('Stated')], ['pic-line pic-dashed', f.label('Inferred')]]) {
    const item = el('li', '')
    item.append(el('i', cls), ' ' + text)
    list.append(item)
  }
  f.canvas.after(list)
}

// controls are buttons, so that the wheel keeps scrolling the page; once
// magnified the map can be dragged.
function controls(f) {
  const bar = el('div', 'pic-zoom')
  let zoom = 1
  const button = (text, label, act) => {
    const b = el('button', '', text)
    b.type = 'button'
    b.setAttribute('aria-label', label)
    b.title = label
    b.addEventListener('click', act)
    bar.append(b)
  }
  const set = (z) => {
    zoom = Math.min(Math.max(z, 1), 12)
    f.chart.setOption({ geo: { zoom, roam: zoom > 1 ? 'move' : false, ...(zoom === 1 ? { center: null } : {}) } })
  }
  button('+', f.label('Nearer'), () => set(zoom * 1.5))
  button('−', f.label('Farther'), () => set(zoom / 1.5))
  button('⤢', f.label('Whole'), () => set(1))
  f.canvas.append(bar)
}
