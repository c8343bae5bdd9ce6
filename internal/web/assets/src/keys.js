// Shortcuts of every page: "/" goes to the field marked data-key="/"; "g" and
// then a letter opens the link marked with it in data-go. Nothing happens while
// a person types.

let lead = 0

const typing = (e) => e.target.closest('input, textarea, select, [contenteditable]')

addEventListener('keydown', (e) => {
  if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing || typing(e)) return
  const field = document.querySelector(`[data-key="${CSS.escape(e.key)}"]`)
  if (field) {
    e.preventDefault()
    field.focus()
    if (field.select) field.select()
    return
  }
  if (e.key === 'g') {
    lead = e.timeStamp
    return
  }
  const link = e.timeStamp - lead < 1500 && document.querySelector(`[data-go="${CSS.escape(e.key)}"]`)
  lead = 0
  if (link) {
    e.preventDefault()
    link.click()
  }
})
