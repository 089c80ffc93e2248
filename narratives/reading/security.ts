// Security: the `[security]` table (format, section 22). Read here, enforced where commands are carried out.

import type { SecurityPolicy } from '../narrative.ts'
import type { TomlTable } from '../toml-tree.ts'
import { Keys } from './keys.ts'
import { present } from './present.ts'
import type { Report } from './report.ts'

export function readSecurity(table: TomlTable, report: Report): SecurityPolicy {
  const keys = new Keys(table, report, '[security]')
  const policy = section(keys, 'policy')
  const constraints = section(keys, 'constraints')
  const security = {
    allowedCommands: policy?.strings('allowed_commands'),
    requireConfirmation: policy?.strings('require_confirmation') ?? [],
    guildId: constraints?.id('guild_id'),
    channelPrefix: constraints?.string('channel_prefix'),
  }
  for (const each of [keys, policy, constraints]) each?.warnOfRest()
  return present(security)
}

function section(keys: Keys, name: string): Keys | undefined {
  const table = keys.tableAt(name)
  return table && new Keys(table, keys.report, `[security.${name}]`)
}
