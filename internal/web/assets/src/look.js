// Colours are CSS variables from start to end: the SVG says fill="var(--…)",
// so a change of theme, or printing, needs no redrawing.

export const ink = 'var(--pic-ink)'
export const faint = 'var(--pic-faint)'
export const line = 'var(--pic-line)'
export const paper = 'var(--pic-paper)'

export const lang = document.documentElement.lang || 'en'

// colour of a group, routing or other named thing; a name may carry a shade,
// as the classes pic-shade-n of picture.css: "opioids-2" is one of the opioids.
const shades = { 1: '62%, white', 2: '68%, black', 3: '38%, white' }
export function colour(name) {
  const [base, shade] = name.split('-')
  const plain = `var(--pic-${base}, var(--pic-other))`
  return shades[shade] ? `color-mix(in oklab, ${plain} ${shades[shade]})` : plain
}

// itemStyle of a series. What is not known is grey and hatched in every chart.
export function itemStyle(name) {
  const style = { color: colour(name), borderColor: paper, borderWidth: 0.5 }
  if (name === 'unknown') style.decal = hatch
  return style
}

export const hatch = {
  symbol: 'rect',
  symbolSize: 1,
  dashArrayX: [1, 0],
  dashArrayY: [2, 4],
  rotation: -Math.PI / 4,
  color: 'var(--pic-hatch)',
}

// The font by name, not "inherit": the library measures words with it.
const fontFamily = getComputedStyle(document.body).fontFamily
export const textStyle = { fontFamily, fontSize: 12, color: ink }

const short = new Intl.NumberFormat(lang, { notation: 'compact', maximumFractionDigits: 1 })
const plain = new Intl.NumberFormat(lang, { maximumFractionDigits: 1 })
const exact = new Intl.NumberFormat(lang, { maximumFractionDigits: 3 })
const percent = new Intl.NumberFormat(lang, { style: 'percent', maximumFractionDigits: 1 })

// axisNumber writes a round number for an axis; number writes a value as the
// table does: more digits the smaller it is.
export const axisNumber = (v) => (Math.abs(v) >= 10000 ? short : plain).format(v)
export const number = (v) => (Math.abs(v) >= 100 ? plain : exact).format(v)
export const share = (v) => percent.format(v)
