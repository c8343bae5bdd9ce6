import * as echarts from 'echarts/core'
import { AriaComponent, TooltipComponent } from 'echarts/components'
import { SVGRenderer } from 'echarts/renderers'
import { el, swatch } from './tip.js'

echarts.use([AriaComponent, TooltipComponent, SVGRenderer])

export { echarts }

// A4 upright between its margins, in CSS pixels.
const paperWidth = 690
const charts = new Set()
const waiting = new Map() // figure → its kind, not drawn yet
let printing = false

// On paper a chart is as wide as the sheet, and those that nobody scrolled to
// are there too.
addEventListener('beforeprint', () => {
  for (const [figure, draw] of waiting) draw(figure)
  waiting.clear()
  printing = true
  for (const c of charts) if (c.getWidth() > paperWidth) c.resize({ width: paperWidth })
})
addEventListener('afterprint', () => {
  printing = false
  for (const c of charts) c.resize({ width: 'auto' })
})

// frame is what every chart has: a drawing in the figure, sized with it, a
// description for those who do not see it, and the words of the page
// (data-label-…) in the reader's language.
export function frame(figure) {
  const canvas = figure.querySelector('.pic-canvas')
  const chart = echarts.init(canvas, null, { renderer: 'svg' })
  new ResizeObserver(() => printing || chart.resize()).observe(canvas)
  charts.add(chart)
  // The chart that the pointer or the keyboard is on: the box asks where it is.
  const under = () => {
    document.querySelector('.pic-canvas[data-under]')?.removeAttribute('data-under')
    canvas.dataset.under = ''
  }
  canvas.addEventListener('pointerenter', under)
  canvas.addEventListener('focus', under)
  const says = el('p', 'pic-says')
  says.setAttribute('aria-live', 'polite')
  figure.append(says)
  return {
    figure,
    canvas,
    chart,
    label: (name) => figure.dataset['label' + name] || '',
    say: (text) => (says.textContent = text),
    draw(option) {
      chart.setOption({
        animation: false,
        aria: { enabled: true, label: { description: figure.dataset.description || '' } },
        ...option,
      })
      figure.dataset.drawn = 'true'
    },
  }
}

// go follows the link of a figure, as a click on it in the table would.
export function go(cell) {
  if (cell && cell.href) window.location.assign(cell.href)
}

// legend is a row of buttons under the chart, so that it works from the
// keyboard and wraps on a phone. Pressing one hides or shows the series.
export function legend(f, series) {
  const list = el('ul', 'pic-legend')
  for (const s of series) {
    const b = el('button', '')
    b.type = 'button'
    b.setAttribute('aria-pressed', 'true')
    b.append(swatch(s.colour), ' ' + s.name)
    b.addEventListener('click', () => {
      const on = b.getAttribute('aria-pressed') !== 'true'
      b.setAttribute('aria-pressed', String(on))
      s.hidden = !on
      f.redraw()
    })
    const item = el('li', '')
    item.append(b)
    list.append(item)
  }
  f.canvas.after(list)
}

// keys lets the arrows walk over the figures of a chart that is focused: left
// and right over columns, up and down over series; Enter opens the rows.
export function keys(f, columns, at) {
  let col = -1
  let row = 0
  f.canvas.tabIndex = 0
  f.canvas.addEventListener('keydown', (event) => {
    const step = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[event.key]
    if (event.key === 'Enter' && col >= 0) return go(at(col, row).cell)
    if (event.key === 'Escape') return f.chart.dispatchAction({ type: 'hideTip' })
    if (!step) return
    event.preventDefault()
    col = Math.min(Math.max(col + step[0], 0), columns - 1)
    const here = at(col, row + step[1]) || at(col, row)
    row = here.row
    f.chart.dispatchAction({ type: 'showTip', seriesIndex: here.series, dataIndex: col })
    f.say(here.text)
  })
}

// start draws every figure of one kind, when it comes near the screen.
export function start(kinds) {
  const seen = new IntersectionObserver(
    (entries) => {
      for (const e of entries) {
        if (!e.isIntersecting) continue
        seen.unobserve(e.target)
        const draw = waiting.get(e.target)
        waiting.delete(e.target)
        if (draw) draw(e.target)
      }
    },
    { rootMargin: '600px' },
  )
  for (const figure of document.querySelectorAll('figure[data-chart]')) {
    const draw = kinds[figure.dataset.chart]
    if (!draw) continue
    figure.hidden = false
    waiting.set(figure, draw)
    seen.observe(figure)
  }
}
