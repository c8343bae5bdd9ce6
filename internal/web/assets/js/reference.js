// Sends the requests of the reference of the API, with the session of the page.
const shown = 200_000
const heads = ['content-type', 'etag', 'location', 'link', 'ratelimit', 'retry-after', 'preference-applied', 'idempotency-replayed', 'www-authenticate']

const pretty = (text, kind) => {
  if (!kind.includes('json') || kind.includes('ndjson')) return text
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}

const request = (form) => {
  let path = form.dataset.path
  const query = new URLSearchParams()
  const headers = { 'Accept-Language': document.documentElement.lang }
  for (const input of form.querySelectorAll('input[name]')) {
    const value = input.value.trim()
    if (value === '') continue
    if (input.dataset.in === 'path') path = path.replace(`{${input.name}}`, encodeURIComponent(value))
    // Several values of one parameter are separated by commas.
    if (input.dataset.in === 'query') for (const one of input.name === 'q' || input.name === 'text' || input.name === 'since' ? [value] : value.split(',')) query.append(input.name, one.trim())
    if (input.dataset.in === 'header') headers[input.name] = value
  }
  const init = { method: form.dataset.method, headers, credentials: 'same-origin' }
  const body = form.querySelector('[data-in="body"]')
  if (body?.type === 'file') {
    init.body = body.files[0]
    headers['Content-Type'] = 'application/octet-stream'
  } else if (body) {
    init.body = body.value
    headers['Content-Type'] = 'application/json'
  }
  return [path + (query.size ? `?${query}` : ''), init]
}

// Kept apart from JSON: a large file is read as far as it is shown.
const read = async (answer) => {
  const reader = answer.body?.getReader()
  if (!reader) return ''
  // A stream of events does not end: what comes at once is shown.
  if (answer.headers.get('content-type') === 'text/event-stream') setTimeout(() => reader.cancel(), 3000)
  const words = new TextDecoder()
  let text = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return text
    text += words.decode(value, { stream: true })
    if (text.length > shown) {
      reader.cancel()
      return `${text.slice(0, shown)}\n…`
    }
  }
}

for (const form of document.querySelectorAll('form[data-operation]')) {
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    const button = form.querySelector('button')
    const reply = form.querySelector('.reply')
    const [head, body, status] = ['head', 'body', 'status'].map((name) => reply.querySelector(`[data-${name}]`))
    button.disabled = true
    try {
      const [path, init] = request(form)
      const answer = await fetch(path, init)
      const text = await read(answer)
      status.textContent = answer.status
      status.className = `tag ${answer.ok ? 'good' : 'bad'}`
      head.textContent = [`${init.method} ${path}`, ...heads.filter((h) => answer.headers.get(h)).map((h) => `${h}: ${answer.headers.get(h)}`)].join('\n')
      body.textContent = pretty(text, answer.headers.get('content-type') ?? '')
    } catch (fault) {
      status.textContent = '—'
      status.className = 'tag bad'
      head.textContent = ''
      body.textContent = String(fault)
    } finally {
      reply.hidden = false
      button.disabled = false
    }
  })
}

// A link to an operation or a schema opens it.
const open = () => {
  const at = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)))
  if (at?.tagName === 'DETAILS') at.open = true
}
addEventListener('hashchange', open)
open()
