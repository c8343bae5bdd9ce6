// Passkeys. A button with data-passkey ("get" or "create") asks the node at
// data-begin for what to ask the browser, and sends the browser's answer to
// data-finish. Everything else on these pages works without this file.

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0))
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')

// The node writes bytes as text in the places named here (Web Authentication
// Level 3 §5.1.8 and §5.1.9); browsers want them as bytes.
function asked(options) {
  const out = { ...options, challenge: bytes(options.challenge) }
  if (options.user) out.user = { ...options.user, id: bytes(options.user.id) }
  for (const list of ['excludeCredentials', 'allowCredentials']) {
    if (options[list]) out[list] = options[list].map((c) => ({ ...c, id: bytes(c.id) }))
  }
  return out
}

function answered(credential) {
  const from = credential.response
  const response = { clientDataJSON: text(from.clientDataJSON) }
  for (const name of ['attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
    if (from[name]) response[name] = text(from[name])
  }
  if (from.getTransports) response.transports = from.getTransports()
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
    clientExtensionResults: credential.getClientExtensionResults(),
    response,
  }
}

async function post(path, body) {
  const res = await fetch(path, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
  // Sent away from here: the session has ended meanwhile.
  if (res.type === 'opaqueredirect') return { go: window.location.href }
  if (!(res.headers.get('Content-Type') ?? '').startsWith('application/json')) return { error: '' }
  return res.json()
}

async function run(button, complain) {
  const { passkey, begin, finish, next = '', failed } = button.dataset
  const box = button.form?.elements.namedItem('name')
  if (box && !box.reportValidity()) return
  let reply = await post(begin, {})
  if (reply.options) {
    let credential
    try {
      const publicKey = asked(reply.options)
      credential = await (passkey === 'create' ? navigator.credentials.create({ publicKey }) : navigator.credentials.get({ publicKey }))
    } catch {
      // The browser does not say whether there was no passkey or no will.
      complain(failed)
      return
    }
    reply = await post(finish, { name: box?.value ?? '', next, answer: answered(credential) })
  }
  if (reply.go) window.location.assign(reply.go)
  else complain(reply.error || failed)
}

for (const button of document.querySelectorAll('[data-passkey]')) {
  if (!window.PublicKeyCredential) continue
  const place = button.closest('[data-passkey-box]')
  place.hidden = false
  const alert = place.querySelector('[role="alert"]')
  const complain = (words) => {
    alert.textContent = words
    alert.hidden = false
  }
  // The enter key in the field of the name.
  button.form?.addEventListener('submit', (event) => {
    event.preventDefault()
    button.click()
  })
  button.addEventListener('click', async () => {
    alert.hidden = true
    button.disabled = true
    try {
      await run(button, complain)
    } catch {
      complain(button.dataset.failed)
    } finally {
      button.disabled = false
    }
  })
}

// A one-time code comes behind # in a link: no server sees it there. It goes
// into its field, and out of the address and the history.
const code = document.querySelector('[data-code]')
if (code && window.location.hash.length > 1) {
  code.value = decodeURIComponent(window.location.hash.slice(1))
  window.history.replaceState(null, '', window.location.pathname)
}
