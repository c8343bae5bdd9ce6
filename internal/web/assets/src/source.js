// A chart has no data of its own: it reads the table under it, so that the two
// can never disagree. The contract is the same for every table:
//
//   <th data-p="2014">            a column of the time axis (or another axis)
//   <tr data-s="cocaine" data-c="cocaine">  a series, and the name of its colour
//   <td data-v="12.5"><a href>    a figure; data-v="" is "not known", never zero
//
// The i-th td[data-v] of a row belongs to the i-th th[data-p] of the head.

export function readTable(table) {
  const columns = [...table.tHead.querySelectorAll('th[data-p]')].map((th) => ({
    key: th.dataset.p,
    name: th.dataset.n || th.textContent.trim(),
    colour: th.dataset.c || th.dataset.p,
    gap: th.classList.contains('pic-gap'), // nothing was reported: not nought
  }))
  const series = [...table.querySelectorAll('tbody tr[data-s]')].map((tr) => ({
    key: tr.dataset.s,
    name: tr.dataset.n || tr.querySelector('th').textContent.trim(),
    colour: tr.dataset.c || tr.dataset.s,
    folded: Number(tr.dataset.folded || 1),
    cells: [...tr.querySelectorAll('td[data-v]')].map(readCell),
  }))
  return { columns, series }
}

// across turns a table over: its columns become the series.
export function across({ columns, series }) {
  return {
    columns: series.map(({ key, name }) => ({ key, name })),
    series: columns.map((c, i) => ({ key: c.key, name: c.name, colour: c.colour, folded: 1, cells: series.map((s) => s.cells[i]) })),
  }
}

export function readCell(td) {
  const link = td.querySelector('a[href]')
  return {
    value: td.dataset.v === '' ? null : Number(td.dataset.v),
    href: link ? link.href : '',
  }
}

// topSeries keeps the n largest series and adds the rest up into one, so that a
// chart stays readable; what is not known is never folded into it.
export function topSeries(series, n, restName) {
  const total = (s) => s.cells.reduce((sum, c) => sum + (c.value || 0), 0)
  const unknown = series.filter((s) => s.key === 'unknown')
  const folded = series.filter((s) => s.key === 'rest') // the table itself may have added some up
  const known = series.filter((s) => s.key !== 'unknown' && s.key !== 'rest')
  if (known.length + folded.length <= n + 1) return [...known, ...folded, ...unknown]
  const ranked = [...known].sort((a, b) => total(b) - total(a))
  const kept = new Set(ranked.slice(0, n))
  const rest = [...known.filter((s) => !kept.has(s)), ...folded]
  const cells = rest[0].cells.map((_, i) => ({
    value: rest.reduce((sum, s) => sum + (s.cells[i].value || 0), 0),
    href: '',
  }))
  const name = restName.replace('{n}', rest.reduce((n, s) => n + s.folded, 0))
  return [...known.filter((s) => kept.has(s)), { key: 'rest', name, colour: 'other', folded: 1, cells }, ...unknown]
}
