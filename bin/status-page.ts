// Status page: the state of a running server for a browser, in one document that loads nothing from elsewhere.
//
//   S1. Everything is escaped: names and errors come from files, models and other servers (P9).
//   S2. The policy of the page lets its own style and script run and nothing else.
//   S3. It works without scripts. With them it takes over what has changed and leaves everything else as it is: what is
//       selected, scrolled to or read aloud stays; it does not ask while nobody looks, and it can be told to stand still.

import { createHash } from 'node:crypto'
import type { BotStatus, ServerStatus } from '../actors/server-status.ts'
import type { BrowserPage } from '../telemetry/metrics-server.ts'
import { ago, duration, grouped, isoTime, money, plural } from './figures.ts'
import { plainText } from './plain-text.ts'

export interface PageFacts {
  readonly project: string
  readonly version: string
  readonly health: 'healthy' | 'degraded' | 'unhealthy'
  readonly status: ServerStatus
  /** What calls for a person, a line each. */
  readonly worries: readonly string[]
  /** Epoch ms. */
  readonly now: number
}

export function statusPage(facts: PageFacts): BrowserPage {
  const { project, version, health, status, worries, now } = facts
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<noscript><meta http-equiv="refresh" content="15"></noscript>
<title>Botticelli: ${health} · ${escaped(project)}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>Botticelli <span>${escaped(project)}</span></h1>
<p id="state"><strong class="${health}">${SIGNS[health]} ${health}</strong> · ${posting(status)}</p>
<p id="facts">up ${duration(now - status.startedAt)} · version ${escaped(version)} · process ${status.pid}</p>
</header>
<main>
<section aria-labelledby="attention-title"><h2 id="attention-title">Attention</h2>
<div id="attention" role="status">${attentionList(worries)}</div></section>
<section aria-labelledby="content-title"><h2 id="content-title">Content</h2>
<div id="content">${figures(status)}</div></section>
<section aria-labelledby="bots-title"><h2 id="bots-title">Bots</h2>
<div id="bots">${botTable(status.bots, now)}</div></section>
<section aria-labelledby="providers-title"><h2 id="providers-title">Providers</h2>
<div id="providers">${providerTable(status)}</div></section>
</main>
<footer>
<p><span id="as-of">As of <time datetime="${isoTime(now)}">${isoTime(now).slice(0, 19).replace('T', ' ')} UTC</time>.</span>
<span id="refresh"></span> <button id="pause" type="button" hidden>Stop updating</button></p>
<p>For programs: <a href="/health">/health</a>, <code>botticelli status --json</code></p>
</footer>
<script>${SCRIPT}</script>
</body>
</html>
`
  return { html, policy: POLICY }
}

/** Beside the colour, for who does not see it. */
const SIGNS = { healthy: '●', degraded: '▲', unhealthy: '✕' } as const

function posting({ posting }: ServerStatus): string {
  return posting === 'live' ? '<strong class="live">live posting</strong>' : '<span class="quiet">dry run</span>'
}

function attentionList(worries: readonly string[]): string {
  if (worries.length === 0) return '<p class="quiet">Nothing calls for you.</p>'
  return `<ul>${worries.map((worry) => `<li>${withCommand(worry)}</li>`).join('')}</ul>`
}

function withCommand(worry: string): string {
  return escaped(worry).replace(/botticelli [^:;]*$/, '<code>$&</code>')
}

function figures({ pipeline, today, deadLetters, spending }: ServerStatus): string {
  const unpriced = today.unpriced > 0 ? `, ${plural(today.unpriced, 'call')} without a known price` : ''
  const facts: readonly (readonly [name: string, figure: string])[] = [
    ['drafts that wait', grouped(pipeline.pending)],
    ['approved, to be posted', grouped(pipeline.approved)],
    ['posted', grouped(pipeline.posted)],
    ['model calls today (UTC)', grouped(today.calls)],
    ['tokens today', grouped(today.inputTokens + today.outputTokens)],
    [`cost today${unpriced}`, money(today.costUsd)],
    ...spending.map(
      ({ period, spentUsd, limitUsd }) => [`of ${money(limitUsd)} this ${period}`, money(spentUsd)] as const,
    ),
    ['dead letters', grouped(deadLetters)],
  ]
  const list = facts.map(([name, figure]) => `<div><dt>${name}</dt><dd>${figure}</dd></div>`).join('')
  const hint = '<p class="quiet">Decide on the drafts: <code>botticelli content list --status pending</code></p>'
  return `<dl>${list}</dl>${pipeline.pending > 0 ? hint : ''}`
}

function botTable(bots: readonly BotStatus[], now: number): string {
  if (bots.length === 0) {
    return '<p class="quiet">None. Add [bots.NAME] to botticelli.toml: <code>botticelli help config</code></p>'
  }
  const headings = [
    'bot',
    'state',
    'last success',
    'next run',
    'failures in a row',
    'ok',
    'failed',
    'restarts',
    'inbox',
  ]
  const rows = bots.map((bot) => {
    const error = bot.consecutiveFailures === 0 ? undefined : bot.lastError
    const why = error === undefined ? '' : ` <span class="why">${escaped(error.code ?? error.name)}</span>`
    const name = `${escaped(bot.bot)} <small>${escaped(bot.type)}</small>`
    return row(isWorrying(bot), headings, [
      name,
      `${escaped(bot.state)}${bot.busyForMs === undefined ? '' : ` ${duration(bot.busyForMs)}`}`,
      bot.lastSuccessAt === undefined ? 'never' : time(bot.lastSuccessAt, ago(bot.lastSuccessAt, now)),
      nextRun(bot, now),
      `${grouped(bot.consecutiveFailures)}${why}`,
      ...[bot.succeeded, bot.failed, bot.restarts, bot.mailboxDepth].map(grouped),
    ])
  })
  return table(headings, rows)
}

function isWorrying({ consecutiveFailures, state }: BotStatus): boolean {
  return consecutiveFailures > 0 || state === 'stopped'
}

function nextRun({ paused, nextRunAt }: BotStatus, now: number): string {
  if (paused !== undefined) {
    const until = paused.until === undefined ? '' : ` for ${duration(paused.until - now)}`
    return `paused${until}${paused.reason === '' ? '' : `: ${escaped(paused.reason)}`}`
  }
  if (nextRunAt === undefined) return 'when told'
  return time(nextRunAt, nextRunAt <= now ? 'now' : `in ${duration(nextRunAt - now)}`)
}

function providerTable({ providers }: ServerStatus): string {
  if (providers.length === 0) return '<p class="quiet">None was asked since the server began.</p>'
  const headings = ['provider', 'state', 'failures in a row', 'last error']
  const rows = providers.map(({ provider, consecutiveFailures, limited, lastError = '' }) =>
    row(consecutiveFailures > 0, headings, [
      escaped(provider),
      limited ? 'takes no calls for now' : consecutiveFailures > 0 ? 'failing' : 'answers',
      grouped(consecutiveFailures),
      escaped(lastError),
    ]),
  )
  return table(headings, rows)
}

/** Cells are HTML; the first one names the row. On a narrow screen each names its column. */
function row(isBad: boolean, headings: readonly string[], [first = '', ...cells]: readonly string[]): string {
  const rest = cells.map((cell, index) => `<td data-label="${headings[index + 1]}">${cell}</td>`).join('')
  return `<tr${isBad ? ' class="bad"' : ''}><th scope="row">${first}</th>${rest}</tr>`
}

function table(headings: readonly string[], rows: readonly string[]): string {
  const head = headings.map((heading) => `<th scope="col">${heading}</th>`).join('')
  return `<table><thead><tr>${head}</tr></thead><tbody>\n${rows.join('\n')}\n</tbody></table>`
}

function time(at: number, text: string): string {
  return `<time datetime="${isoTime(at)}" title="${isoTime(at)}">${text}</time>`
}

/** S1. Without control characters, and without the marks that turn the direction of writing. */
function escaped(text: string): string {
  return plainText(text).replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)
}

const STYLE = `
:root{color-scheme:light dark;--text:#1c1b1a;--quiet:#66625c;--line:#dcd8d0;--back:#fdfcfa;--raised:#fff;--good:#17692b;--warn:#7d5200;--bad:#a8201a}
@media(prefers-color-scheme:dark){:root{--text:#ece9e4;--quiet:#a8a299;--line:#3a3733;--back:#191817;--raised:#211f1e;--good:#7fce8f;--warn:#f0b95a;--bad:#ff8f87}}
*{box-sizing:border-box}
body{font:15px/1.45 system-ui,sans-serif;color:var(--text);background:var(--back);max-width:76rem;margin:0 auto;padding:1.5rem}
h1{font-size:1.5rem;margin:0}h1 span{font-weight:400;color:var(--quiet);overflow-wrap:anywhere}
h2{font-size:1rem;margin:1.75rem 0 .5rem}
p{margin:.25rem 0}
#state{font-size:1.1rem}.healthy{color:var(--good)}.degraded{color:var(--warn)}.unhealthy,.live,.why{color:var(--bad)}
.quiet,#facts,footer,small,dt{color:var(--quiet)}
code{font:.9em ui-monospace,monospace;background:var(--raised);border:1px solid var(--line);border-radius:4px;padding:0 .3em;overflow-wrap:anywhere}
#attention ul{margin:0;padding:0;list-style:none}
#attention li{border-left:4px solid var(--warn);background:var(--raised);padding:.4rem .75rem;margin:.35rem 0;overflow-wrap:anywhere}
dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(9.5rem,1fr));gap:.6rem;margin:0 0 .6rem}
dl div{background:var(--raised);border:1px solid var(--line);border-radius:6px;padding:.5rem .75rem}
dt{font-size:.85rem}dd{margin:0;font-size:1.35rem;font-variant-numeric:tabular-nums}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{text-align:left;vertical-align:top;padding:.35rem .9rem .35rem .5rem;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
thead th{font-size:.85rem;color:var(--quiet);font-weight:500}tbody th{font-weight:600}small{font-weight:400;font-size:.85em}
tr.bad th{box-shadow:inset 4px 0 var(--bad)}
footer{margin-top:2rem;font-size:.85rem}
a{color:inherit}button{font:inherit;color:inherit;background:var(--raised);border:1px solid var(--line);border-radius:4px;padding:.15rem .6rem;cursor:pointer}
:focus-visible{outline:2px solid currentColor;outline-offset:2px}
body.away header,body.away main{opacity:.55}
@media(max-width:44rem){body{padding:1rem}thead{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden;white-space:nowrap}
table,tbody,tr,th[scope=row]{display:block}td{display:inline-block}tr{border:1px solid var(--line);border-radius:6px;background:var(--raised);margin:.5rem 0;padding:.3rem .6rem}
th,td{border:0;padding:.1rem .25rem}td{margin-right:.75rem}td::before{content:attr(data-label) ": ";color:var(--quiet)}td:empty{display:none}
tr.bad{box-shadow:inset 4px 0 var(--bad)}tr.bad th{box-shadow:none}}
@media print{button{display:none}}
`

/** Asks for the page again every five seconds and takes over the parts that have changed. */
const SCRIPT = `
if (location.protocol.startsWith('http')) {
  const PARTS = ['state', 'facts', 'attention', 'content', 'bots', 'providers', 'as-of']
  const said = document.getElementById('refresh')
  const pause = document.getElementById('pause')
  let stands = false
  let asks = false
  const look = async () => {
    if (asks || document.hidden) return
    if (stands || isSelected()) return tell(false)
    asks = true
    try {
      const answer = await fetch(location.href, { cache: 'no-store', signal: AbortSignal.timeout(10000) })
      if (!answer.ok) throw new Error()
      const next = new DOMParser().parseFromString(await answer.text(), 'text/html')
      if (PARTS.some((id) => next.getElementById(id) === null)) throw new Error()
      for (const id of PARTS) {
        const [now, then] = [document.getElementById(id), next.getElementById(id)]
        if (now.innerHTML !== then.innerHTML) now.replaceChildren(...then.childNodes)
      }
      document.title = next.title
      tell(false)
    } catch {
      tell(true)
    } finally {
      asks = false
    }
  }
  const isSelected = () => String(getSelection()) !== ''
  const tell = (away) => {
    document.body.classList.toggle('away', away)
    if (away) document.title = 'Botticelli: away'
    const text = away
      ? 'The server does not answer; this is what it said last.'
      : stands ? 'Stands still.' : isSelected() ? 'Waits while text is selected.' : 'Updates every 5 s.'
    if (said.textContent !== text) said.textContent = text
  }
  pause.hidden = false
  pause.addEventListener('click', () => {
    stands = !stands
    pause.textContent = stands ? 'Update again' : 'Stop updating'
    tell(false)
    look()
  })
  document.addEventListener('visibilitychange', look)
  setInterval(look, 5000)
  tell(false)
}
`

const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

const POLICY = [
  "default-src 'none'",
  `style-src ${hash(STYLE)}`,
  `script-src ${hash(SCRIPT)}`,
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')
