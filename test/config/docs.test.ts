import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { SETTINGS, type Setting, type SettingKey, showValue } from '../../config/settings.ts'

const PAGE = fileURLToPath(new URL('../../docs/configuration.md', import.meta.url))

// `npx vitest run test/config/docs.test.ts -u` prints the table anew.
test('docs/configuration.md lists every setting, with its default and its variables', async () => {
  const page = await readFile(PAGE, 'utf8')
  const printed = page.replace(/(<!-- settings -->\n).*?(<!-- end -->)/s, (_, start, end) => `${start}${table()}${end}`)
  expect(printed).toContain('| `posting` |')
  await expect(printed).toMatchFileSnapshot(PAGE)
})

function table(): string {
  const rows = (Object.entries(SETTINGS) as [SettingKey, Setting<unknown>][]).map(([key, setting]) => {
    const { kind, help, env, secret, default: fallback } = setting
    const shown = fallback === undefined ? '' : `\`${showValue(key, fallback)}\``
    const name = secret ? `${key} (a secret)` : `\`${key}\``
    const cells = [name, help, kind.expected, shown, env.map((variable) => `\`${variable}\``).join(' ')]
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`
  })
  return `| setting | meaning | value | default | variables |\n|---|---|---|---|---|\n${rows.join('')}`
}
