// Keys and small comforts. Every page works without this file.
//
//   /          to the search box
//   g then x   to the page whose link in the navigation says data-go="x"
//   ?          to the page of help
const typing = (el) => el && (el.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(el.tagName))

let waiting = 0
document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return
  if (event.key === 'Escape') {
    for (const open of document.querySelectorAll('details.pick[open], details.me[open]')) {
      open.open = false
      if (open.contains(document.activeElement)) open.querySelector('summary').focus()
    }
    return
  }
  if (typing(event.target)) return
  if (event.key === '/') {
    const box = document.querySelector('[data-key="/"]')
    if (!box) return
    event.preventDefault()
    box.focus()
    box.select()
    return
  }
  if (event.key === '?') {
    window.location.assign('/help#keys')
    return
  }
  if (event.key === 'g') {
    waiting = Date.now()
    return
  }
  if (waiting && Date.now() - waiting < 1500) {
    waiting = 0
    // The physical key, so that a Cyrillic layout has the same shortcuts.
    const key = /^Key[A-Z]$/.test(event.code) ? event.code.slice(3).toLowerCase() : event.key
    const link = document.querySelector(`[data-go="${CSS.escape(key)}"]`)
    if (link) {
      event.preventDefault()
      link.click()
    }
  }
})

// A list of choices closes when one goes elsewhere, and a long one can be
// sifted by typing.
document.addEventListener('click', (event) => {
  for (const open of document.querySelectorAll('details.pick[open], details.me[open]')) {
    if (!open.contains(event.target)) open.open = false
  }
})
for (const pick of document.querySelectorAll('details.pick')) {
  const box = pick.querySelector('.box')
  const labels = [...box.querySelectorAll('label')]
  if (labels.length < 12) continue
  const sift = document.createElement('input')
  sift.type = 'search'
  sift.className = 'sift'
  sift.placeholder = pick.dataset.sift || ''
  sift.setAttribute('aria-label', pick.dataset.sift || '')
  sift.addEventListener('input', () => {
    const words = sift.value.trim().toLocaleLowerCase()
    for (const label of labels) label.hidden = !label.textContent.toLocaleLowerCase().includes(words)
    for (const h of box.querySelectorAll('h4')) h.hidden = words !== ''
  })
  sift.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter') return
    event.preventDefault()
    const first = labels.find((l) => !l.hidden)
    if (first && sift.value) first.querySelector('input').checked = true
    pick.closest('form').requestSubmit()
  })
  box.prepend(sift)
  pick.addEventListener('toggle', () => pick.open && sift.focus())
}

// A phone starts with the filters folded; wide screens always show them.
if (window.matchMedia('(max-width: 720px)').matches) {
  for (const f of document.querySelectorAll('details.filter:not([data-keep])')) f.open = false
}

// Empty fields make a long address that says nothing.
for (const form of document.querySelectorAll('form[method="get"]')) {
  form.addEventListener('formdata', (event) => {
    for (const [name, value] of [...event.formData]) if (value === '') event.formData.delete(name)
  })
}

// A file can be dropped on the upload box.
for (const drop of document.querySelectorAll('.drop')) {
  const input = drop.querySelector('input[type="file"]')
  const over = (on) => (event) => {
    event.preventDefault()
    drop.classList.toggle('over', on)
  }
  drop.addEventListener('dragenter', over(true))
  drop.addEventListener('dragover', over(true))
  drop.addEventListener('dragleave', over(false))
  drop.addEventListener('drop', (event) => {
    over(false)(event)
    if (event.dataTransfer.files.length) {
      input.files = event.dataTransfer.files
      input.form.requestSubmit()
    }
  })
  input.form.addEventListener('submit', () => {
    drop.classList.add('busy')
    const button = input.form.querySelector('button')
    button.disabled = true
    if (button.dataset.busy) button.textContent = button.dataset.busy
  })
}

// What a page shows to be given on can be copied, where the browser allows it.
for (const button of document.querySelectorAll('button[data-copy]')) {
  if (!navigator.clipboard) continue
  button.hidden = false
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).textContent)
    button.textContent = button.dataset.done
  })
}
