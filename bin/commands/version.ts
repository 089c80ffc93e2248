// version: what runs here.

import { VERSION } from '../../config/version.ts'
import type { Run } from '../command.ts'
import { EXIT } from '../exit-codes.ts'

export const version: Run = async (_, io) => {
  const { default: Database } = await import('better-sqlite3')
  const memory = new Database(':memory:')
  const sqlite = memory.prepare('select sqlite_version()').pluck().get()
  memory.close()
  const versions = { botticelli: VERSION, node: process.versions.node, sqlite: String(sqlite) }
  if (io.json) io.printJson(versions)
  else for (const [name, value] of Object.entries(versions)) io.print(`${name.padEnd(10)} ${value}`)
  return EXIT.ok
}
