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
  const [base, shade] = name.split('-')
  return el('i', `pic-swatch pic-c-${base}` + (shade ? ` pic-shade-${shade}` : ''))
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
  backgroundColor: 'transparent',
  borderWidth: 0,
  padding: 0,
  position: beside,
  transitionDuration: 0,
  textStyle: { fontFamily: 'inherit', fontSize: 13, color: 'var(--pic-ink)' },
  extraCssText: 'box-shadow:none',
}

// beside puts the box next to the pointer and keeps it on the screen; a chart
// may be shorter than its box.
function beside(point, _params, dom, _rect, size) {
  const [w, h] = size.contentSize
  const at = dom.ownerDocument.querySelector('.pic-canvas[data-under]')?.getBoundingClientRect() || { left: 0, top: 0 }
  const right = point[0] + 18
  const left = at.left + right + w > innerWidth - 8 ? Math.max(point[0] - 18 - w, 8 - at.left) : right
  const top = Math.min(Math.max(point[1] - h / 2, 8 - at.top), Math.max(innerHeight - 8 - h - at.top, 8 - at.top))
  return [left, top]
}
