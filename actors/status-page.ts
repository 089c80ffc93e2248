// Status page: the state of a server for a browser, as one page without scripts.

import type { JsonObject } from '../json.ts'
import type { HealthSource } from '../telemetry/health.ts'
import type { ServerStatus } from './server-status.ts'

/** @param now epoch ms */
export function statusPage(status: ServerStatus, health: ReturnType<HealthSource['report']>, now: number): string {
  const { pipeline, today, deadLetters, inDoubt } = status
  const facts: [string, string][] = [
    ['state', String(health.status)],
    ['posting', status.posting],
    ['running since', time(status.startedAt)],
    ['drafts that wait', String(pipeline.pending)],
    ['approved, to be posted', String(pipeline.approved)],
    ['posted', String(pipeline.posted)],
    ['calls of models today', String(today.calls)],
    ['cost today', `$${today.costUsd.toFixed(4)}`],
    ['dead letters', String(deadLetters)],
    ['in doubt', inDoubt.length === 0 ? '0' : inDoubt.join(', ')],
  ]
  const bots = status.bots.map((bot) => [
    bot.bot,
    bot.type,
    bot.state,
    String(bot.succeeded),
    String(bot.failed),
    String(bot.consecutiveFailures),
    time(bot.lastSuccessAt),
    time(bot.nextRunAt),
    bot.lastError === undefined ? '' : (bot.lastError.code ?? bot.lastError.name),
  ])
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="15">
<title>Botticelli: ${escaped(String(health.status))}</title>
<style>${STYLE}</style>
<h1>Botticelli <span class="${escaped(String(health.status))}">${escaped(String(health.status))}</span></h1>
${table(undefined, facts)}
<h2>Bots</h2>
${table(['bot', 'type', 'state', 'ok', 'failed', 'in a row', 'last success', 'next run', 'last error'], bots)}
<h2>Providers</h2>
${table(['provider', 'state', 'failures in a row', 'last error'], providers(health))}
<p>At ${escaped(time(now))}. The same as JSON: <a href="/health">/health</a>.</p>
</html>
`
}

const STYLE = `body{font:15px/1.4 system-ui,sans-serif;margin:2rem;max-width:70rem}
table{border-collapse:collapse}th,td{text-align:left;padding:.2rem 1rem .2rem 0;border-bottom:1px solid #ddd}
.healthy{color:#17692b}.degraded{color:#8a5a00}.unhealthy{color:#a11}`

function providers(health: JsonObject): string[][] {
  const { providers: rows } = health.api as { readonly providers: readonly Readonly<Record<string, unknown>>[] }
  return rows.map((row) => [row.name, row.status, row.consecutive_failures, row.last_error ?? ''].map(String))
}

/** Everything is escaped: names come from files that people write. */
function table(head: readonly string[] | undefined, rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '<p>None.</p>'
  const cells = (row: readonly string[], tag: string) => row.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join('')
  const top = head === undefined ? '' : `<tr>${cells(head, 'th')}</tr>\n`
  return `<table>\n${top}${rows.map((row) => `<tr>${cells(row, 'td')}</tr>`).join('\n')}\n</table>`
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)
}

function time(at: number | undefined): string {
  return at === undefined ? '' : `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`
}
