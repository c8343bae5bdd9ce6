// A form with files shows how much of them has gone. Without this file the
// browser sends the form by itself.
const form = document.querySelector('form[data-progress]')
const box = form && form.querySelector('.sending')
if (form && box) {
  form.addEventListener('submit', (event) => {
    const files = [...form.querySelectorAll('input[type="file"]')].some((f) => f.files.length > 0)
    if (!files) return
    event.preventDefault()
    const bar = box.querySelector('progress')
    const said = box.querySelector('span')
    const button = form.querySelector('button.primary')
    const request = new XMLHttpRequest()
    request.open('POST', form.action)
    request.upload.addEventListener('progress', (e) => {
      if (!e.lengthComputable) return
      bar.value = e.loaded / e.total
      said.textContent = Math.floor((100 * e.loaded) / e.total) + ' %'
    })
    request.addEventListener('load', () => {
      // A refused form comes back as a page with the reason in it.
      if (request.responseURL && request.responseURL !== form.action) {
        window.location.assign(request.responseURL)
        return
      }
      document.open()
      document.write(request.responseText)
      document.close()
    })
    request.addEventListener('error', () => {
      button.disabled = false
      form.submit()
    })
    box.hidden = false
    said.textContent = form.dataset.progress
    button.disabled = true
    request.send(new FormData(form))
  })
}
