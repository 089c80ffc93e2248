// Bridge: hands what the server says on to the inspector in the frame. Runs in the browser.
//
// The inspector says when it is ready, and again when it was reloaded; each time a new connection begins, and with it the
// state of things. Nothing is kept here. What the inspector says otherwise is not listened to.

const inspector = document.querySelector('iframe')
const state = document.querySelector('#state')
const hosted = new URL(inspector.dataset.src)
const RETRY_MS = 2_000
/** How long the inspector may take to load before the page says that it is late. */
const PATIENCE_MS = 10_000
let socket

window.addEventListener('message', (event) => {
  if (event.source !== inspector.contentWindow || event.origin !== hosted.origin) return
  if (event.data?.type === '@statelyai.connected') connect()
})
inspector.src = hosted.href
setTimeout(() => {
  if (socket !== undefined) return
  state.textContent = `${hosted.host} has not loaded: it needs the internet. Without it: botticelli actors tree`
}, PATIENCE_MS)

function connect() {
  socket?.close()
  const opened = new WebSocket(`ws://${location.host}/frames?token=${encodeURIComponent(location.hash.slice(1))}`)
  socket = opened
  let wasOpen = false
  opened.addEventListener('open', () => {
    wasOpen = true
    state.textContent = 'Connected.'
  })
  opened.addEventListener('message', ({ data }) => {
    if (socket === opened) inspector.contentWindow.postMessage(JSON.parse(data), hosted.origin)
  })
  opened.addEventListener('close', async () => {
    const answers = await fetch('/', { cache: 'no-store' }).then(
      ({ ok }) => ok,
      () => false,
    )
    if (socket !== opened) return
    const why = wasOpen
      ? 'The connection has ended.'
      : 'The server takes no more of this link: botticelli inspect shows the present one.'
    state.textContent = `${answers ? why : 'The server does not answer.'} Trying again.`
    setTimeout(() => {
      if (socket === opened) connect()
    }, RETRY_MS)
  })
}
