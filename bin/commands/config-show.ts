// config show: every setting in effect, and where its value came from. Secrets show that they are set,
// no more; an address loses the password in it.

import type { Resolved } from '../../config/layers.ts'
import { showValue } from '../../config/settings.ts'
import type { Json } from '../../json.ts'
import { redact, redactJson } from '../../telemetry/redaction.ts'
import type { Run } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { originText } from '../origin-text.ts'
import { table } from '../table.ts'

export const configShow: Run = async (options, io) => {
  const { config, settings } = io.config()
  if (io.json) {
    const list = settings.map((one) => ({ key: one.path, ...shownJson(one), origin: one.origin }))
    io.printJson({ root: config.root, file: config.file ?? null, settings: list })
    return EXIT.ok
  }
  io.print(`project  ${config.root}`)
  io.print(`file     ${config.file ?? 'none: every setting has its default'}\n`)
  const withOrigin = options.isSet('origin')
  const cells = settings.map((one) =>
    withOrigin ? [one.path, shown(one), originText(one.origin, io)] : [one.path, shown(one)],
  )
  for (const line of table(withOrigin ? ['SETTING', 'VALUE', 'FROM'] : ['SETTING', 'VALUE'], cells, io)) io.print(line)
  return EXIT.ok
}

function shownJson({ secret, value }: Resolved) {
  return secret ? { secret: true, isSet: value !== undefined } : { value: redactJson((value ?? null) as Json) }
}

function shown({ key, secret, value }: Resolved): string {
  return secret && value !== undefined ? `set (${String(value).length} characters)` : redact(showValue(key, value))
}
