// The box beside the pointer is made of elements, never of HTML text: names
// come from imported files and are shown as text only.

export function el(tag, className, text) {
  const e = document.createElement(tag)
  if (className) e.className = className
  if (text !== undefined) e.textContent = text
  return e
}

// swatch is a small square in the colour of a series.
export function swatch(name) {
  const s = el('i', name === 'unknown' ? 'pic-swatch pic-hatched' : 'pic-swatch')
  if (name !== 'unknown') s.style.setProperty('background', `var(--pic-${name}, var(--pic-other))`)
  return s
}

// tip makes the box: a title, rows of {colour, name, value, note}, a last line.
export function tip(title, rows, hint) {
  const box = el('div', 'pic-tip-body')
  box.append(el('strong', '', title))
  const table = el('table')
  for (const r of rows) {
    const tr = el('tr', r.strong ? 'pic-tip-total' : '')
    const th = el('th')
    if (r.colour) th.append(swatch(r.colour), ' ')
    th.append(r.name)
    tr.append(th, el('td', '', r.value), el('td', 'pic-tip-note', r.note || ''))
    table.append(tr)
  }
  box.append(table)
  if (hint) box.append(el('p', '', hint))
  return box
}

// tooltip are the settings of the chart library around such a box.
export const tooltip = {
  appendTo: 'body',
  className: 'pic-tip',
  backgroundColor: 'var(--pic-paper)',
  borderWidth: 0,
  padding: 0,
  confine: false,
  transitionDuration: 0,
  textStyle: { fontFamily: 'inherit', fontSize: 13, color: 'var(--pic-ink)' },
  extraCssText: 'box-shadow:none',
}
