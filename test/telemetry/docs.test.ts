import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { domainEventTable, eventTable, metricTable, otherNameTable, spanTable } from './telemetry-docs.ts'

const PAGE = fileURLToPath(new URL('../../docs/observability.md', import.meta.url))

// `npx vitest run test/telemetry/docs.test.ts -u` prints the tables anew.
test('docs/observability.md holds the tables as the code has them', async () => {
  let page = await readFile(PAGE, 'utf8')
  for (const [name, print] of [
    ['metrics', metricTable],
    ['other names', otherNameTable],
    ['spans', spanTable],
    ['events', eventTable],
    ['domain events', domainEventTable],
  ] as const) {
    const place = new RegExp(`(<!-- ${name} -->\n).*?(<!-- end -->)`, 's')
    expect(page).toMatch(place)
    page = page.replace(place, (_, start, end) => `${start}${print()}\n${end}`)
  }
  await expect(page).toMatchFileSnapshot(PAGE)
})
