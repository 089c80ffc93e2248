// Retry: the `retry` of an act.

import { CODES } from '../../errors.ts'
import type { Retry } from '../narrative.ts'
import { didYouMean } from '../nearest.ts'
import type { TomlNode } from '../toml-tree.ts'
import { readDuration } from './duration.ts'
import { Keys, reportType } from './keys.ts'
import { present } from './present.ts'

/** `retry = 3`, or the table. */
export function readRetry(act: Keys): Retry | undefined {
  const node = act.node('retry')
  if (node === undefined) return undefined
  if (node.is === 'integer' && node.value >= 1) return { attempts: node.value }
  if (node.is !== 'table') return reportType(act.report, node, 'a table, or the number of attempts')
  const keys = new Keys(node, act.report, `[${node.path}]`)
  const retry = {
    attempts: readAttempts(keys),
    backoffMs: readDuration(keys, 'backoff'),
    on: readCodes(keys),
    reask: keys.count('reask'),
  }
  keys.warnOfRest()
  return present(retry)
}

function readAttempts(keys: Keys): number | undefined {
  const attempts = keys.count('attempts')
  return attempts === 0 ? reportType(keys.report, keys.node('attempts')!, 'an integer from 1') : attempts
}

function readCodes(keys: Keys): readonly string[] | undefined {
  const codes = keys.strings('on')
  const node = keys.node('on')
  const items: readonly TomlNode[] = node?.is === 'array' ? node.items : []
  for (const item of items) {
    if (item.is !== 'string' || Object.hasOwn(CODES, item.value)) continue
    keys.report.error('bad-type', item, `No error has the code "${item.value}".`, {
      hint: didYouMean(item.value, Object.keys(CODES)),
      fix: 'Use codes such as "model-rate-limit", "model-timeout", "model-server" or "discord-unavailable".',
    })
  }
  return codes
}
