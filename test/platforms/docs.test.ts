import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { UPDATABLE_TABLES } from '../../platforms/database.ts'
import { commandTable } from '../../platforms/discord/command-docs.ts'

const PAGE = fileURLToPath(new URL('../../docs/platforms.md', import.meta.url))

// `npx vitest run test/platforms/docs.test.ts -u` prints the table anew.
test('docs/platforms.md holds the table of commands as the code has it', async () => {
  const page = await readFile(PAGE, 'utf8')
  const printed = page.replace(/(<!-- commands -->\n).*?(<!-- end -->)/s, (_, start, end) => {
    return `${start}${commandTable()}\n${end}`
  })
  expect(printed).toContain(commandTable())
  await expect(printed).toMatchFileSnapshot(PAGE)
})

test('docs/platforms.md names the tables that can be updated', async () => {
  const page = await readFile(PAGE, 'utf8')
  for (const table of UPDATABLE_TABLES) expect(page).toContain(`\`${table}\``)
})
