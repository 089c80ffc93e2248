// Every drill of docs/observability.md, done: the failure is injected into a real server, and each command of the path is
// asked until it says what the page says that it says.

import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { makeProject, type Project } from '../end-to-end/project.ts'
import { DRILLS, fill } from './drills.ts'

const PAGE = fileURLToPath(new URL('../../docs/observability.md', import.meta.url))
const LIMIT_MS = 40_000

describe.concurrent('found by its commands:', () => {
  test.for(DRILLS)('$broken', { timeout: 90_000 }, async (drill, { expect }) => {
    using project = makeProject()
    fill(project)
    const { env, after, close } = await drill.inject(project)
    try {
      const server = project.start(['serve'], env)
      await server.says('ready in')
      await after?.(server)
      for (const { command, says } of drill.path) {
        expect(await answerOf(project, command, says)).toMatch(says)
      }
    } finally {
      await close?.()
    }
  })
})

// `npx vitest run test/docs/drill.test.ts -u` prints the table anew.
test('docs/observability.md tells each drill', async () => {
  const page = await readFile(PAGE, 'utf8')
  const rows = DRILLS.map(({ broken, path }) => {
    const [first, then] = path.map(({ command, shown }) => `\`${command}\`: ${shown}`)
    return `| ${broken} | ${first} | ${then} |`
  })
  const table = ['| what is broken | first | then |', '| --- | --- | --- |', ...rows].join('\n')
  const place = /(<!-- drills -->\n).*?(<!-- end -->)/s
  expect(page).toMatch(place)
  await expect(page.replace(place, (_, start, end) => `${start}${table}\n${end}`)).toMatchFileSnapshot(PAGE)
})

/** The first answer that says it, or the last one before the time is up. */
async function answerOf(project: Project, command: string, says: RegExp): Promise<string> {
  const deadline = Date.now() + LIMIT_MS
  for (;;) {
    const { stdout, stderr } = await project.botticelli(command.split(' '))
    const answer = stdout + stderr
    if (says.test(answer) || Date.now() > deadline) return answer
    await new Promise((resume) => setTimeout(resume, 200))
  }
}
