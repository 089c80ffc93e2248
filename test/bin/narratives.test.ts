// The commands around narrative files, as a shell sees them.

import { chmodSync, lstatSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeProject, type Project } from '../end-to-end/project.ts'

let project: Project
beforeEach(() => {
  project = makeProject()
})
afterEach(() => project[Symbol.dispose]())

const OLD = '# mine\nname = "old" # what\n\n[[acts]]\nname = "a"\nprompt = "x"\nmodell = "m"\n'
const NEW = '# mine\n[narrative]\nname = "old" # what\ntoc = ["a"]\n\n[acts.a]\nprompt = "x"\nmodel = "m"\n'
const read = (file: string) => readFileSync(join(project.folder, file), 'utf8')

describe('narratives validate --fix', () => {
  test('rewrites, keeps the mode of the file and what a link points to, and leaves nothing beside it', async () => {
    const path = project.write('old.toml', OLD)
    chmodSync(path, 0o640)
    symlinkSync('old.toml', join(project.folder, 'link.toml'))
    const { code, stdout, stderr } = await project.botticelli(['narratives', 'validate', '--fix', 'link.toml'])
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
    expect(stderr).toContain('link.toml: rewritten')
    expect(stderr).toContain('modell is model: acts.a.modell')
    expect(stderr).toContain('1 file checked: nothing is wrong')
    expect(read('old.toml')).toBe(NEW)
    expect(statSync(path).mode & 0o777).toBe(0o640)
    expect(lstatSync(join(project.folder, 'link.toml')).isSymbolicLink()).toBe(true)
    expect(readdirSync(project.folder).toSorted()).toEqual(['link.toml', 'old.toml'])
  })

  test('with --dry-run shows the difference and writes nothing', async () => {
    project.write('old.toml', OLD)
    const { code, stdout, stderr } = await project.botticelli([
      'narratives',
      'validate',
      'old.toml',
      '--fix',
      '--dry-run',
    ])
    expect(code).toBe(0)
    expect(stdout).toContain('--- a/old.toml\n+++ b/old.toml\n@@ -1,7 +1,8 @@\n # mine\n+[narrative]\n')
    expect(stderr).toContain('1 file would be rewritten; nothing was written.')
    expect(read('old.toml')).toBe(OLD)
    const json = await project.botticelli(['narratives', 'validate', 'old.toml', '--fix', '--dry-run', '--json'])
    expect(JSON.parse(json.stdout)).toMatchObject({ files: 1, fixes: [{ file: 'old.toml', diff: expect.any(String) }] })
  })

  test('what it cannot mend stays, and is told with its place', async () => {
    project.write('old.toml', OLD.replace('prompt = "x"', 'temperature = "hot"\nprompt = "x"'))
    const { code, stdout } = await project.botticelli(['narratives', 'validate', 'old.toml', '--fix', '--json'])
    expect(code).toBe(3)
    expect(JSON.parse(stdout)).toMatchObject({ errors: 1, warnings: 0, fixes: [{ file: 'old.toml', left: [] }] })
    expect(read('old.toml')).toContain('[acts.a]\ntemperature = "hot"')
  })

  test('a file that is no TOML stays as it is', async () => {
    project.write('bad.toml', 'name = "x\n')
    expect(await project.botticelli(['narratives', 'validate', 'bad.toml', '--fix'])).toMatchObject({ code: 3 })
    expect(read('bad.toml')).toBe('name = "x\n')
  })

  test('--dry-run alone is refused: validating writes nothing anyway', async () => {
    project.write('old.toml', OLD)
    const { code, stderr } = await project.botticelli(['narratives', 'validate', 'old.toml', '--dry-run'])
    expect(code).toBe(2)
    expect(stderr).toContain('needs --fix')
  })
})

describe('narratives validate --format', () => {
  test.for<[format: string, expected: RegExp]>([
    ['github', /^::warning file=old\.toml,line=2,.*title=old-dialect::/],
    ['sarif', /^\{"\$schema":".*"version":"2\.1\.0"/],
    ['json', /^\{"files":1,"errors":0,"warnings":2/],
    ['text', /^warning\[old-dialect\]/],
  ])('%s', async ([format, expected]) => {
    project.write('old.toml', OLD)
    const { code, stdout } = await project.botticelli(['narratives', 'validate', 'old.toml', '--format', format])
    expect(code).toBe(0)
    expect(stdout).toMatch(expected)
  })

  test('a format that does not exist is refused', async () => {
    expect(await project.botticelli(['narratives', 'validate', '--format', 'xml'])).toMatchObject({ code: 2 })
  })
})

describe('narratives lint', () => {
  const FILE = '[narrative]\nname = "my n"\ntoc = ["a"]\n[acts]\na = "x"\n'

  test('advises, and fails only when asked to', async () => {
    project.write('n.toml', FILE)
    const plain = await project.botticelli(['narratives', 'lint', 'n.toml'])
    expect(plain).toMatchObject({ code: 0, stderr: expect.stringContaining('1 file checked: 2 warnings') })
    expect(plain.stdout).toContain('warning[missing-description]: The narrative "my n" has no description.')
    expect(await project.botticelli(['narratives', 'lint', 'n.toml', '--strict'])).toMatchObject({ code: 3 })
    const github = await project.botticelli(['narratives', 'lint', 'n.toml', '--format', 'github'])
    expect(github.stdout).toContain('::warning file=n.toml,line=2,endLine=2,col=1,endColumn=5,title=awkward-name::')
  })

  test('rules are switched off by the configuration, and named by --rules', async () => {
    project.write('n.toml', FILE)
    project.write('botticelli.toml', '[lint]\noff = ["awkward-name", "missing-description"]\n')
    expect(await project.botticelli(['narratives', 'lint', 'n.toml', '--strict'])).toMatchObject({
      code: 0,
      stdout: '',
    })
    const { stdout } = await project.botticelli(['narratives', 'lint', '--rules', '--json'])
    expect(JSON.parse(stdout)).toContainEqual(expect.objectContaining({ rule: 'awkward-name' }))
    project.write('botticelli.toml', '[lint]\noff = ["no-such-rule"]\n')
    expect(await project.botticelli(['narratives', 'lint', 'n.toml'])).toMatchObject({ code: 3 })
  })

  test('prices and providers come from the configuration', async () => {
    project.write(
      'n.toml',
      '[narrative]\nname = "n"\ndescription = "d"\ntoc = ["a"]\n[acts.a]\nprompt = "x"\nmodel = "own:big"\n',
    )
    const config = '[models.servers.own]\nbase_url = "http://127.0.0.1:9/v1"\n'
    project.write('botticelli.toml', config)
    const unpriced = await project.botticelli(['narratives', 'lint', 'n.toml', '--json'])
    expect(JSON.parse(unpriced.stdout).diagnostics).toMatchObject([{ code: 'unpriced-model' }])
    project.write(
      'botticelli.toml',
      `${config}[models.prices."own:big"]\ninput_per_million = 1\noutput_per_million = 2\n`,
    )
    expect(await project.botticelli(['narratives', 'lint', 'n.toml', '--strict'])).toMatchObject({ code: 0 })
  })
})

describe('narratives show --resolved', () => {
  const FILE = `[shared]
temperature = 0.3
[narrative]
name = "n"
target = "rows"
template = "discord_users"
toc = ["a", "b"]
[narrative.vars]
tone = "dry"
[acts]
a = ["Ann and Bob"]
b = ["tables.t", "JSON schema of {{a}}"]
[tables.t]
table_name = "people"
limit = 3
order_by = "id"
`
  test('tells every setting with its origin, references and templates filled in', async () => {
    project.write('n.toml', FILE)
    project.write('botticelli.toml', '[models]\nretries = 1\n')
    const args = ['narratives', 'show', 'n.toml', '--resolved']
    const { code, stdout } = await project.botticelli(args, { BOTTICELLI_MODEL: 'gemini-2.5-pro' })
    expect(code).toBe(0)
    expect(stdout).toMatch(/target +rows {2}the narrative/)
    expect(stdout).toMatch(/vars\.tone +dry {2}its default/)
    expect(stdout).toMatch(/model +gemini-2\.5-pro {2}environment BOTTICELLI_MODEL/)
    expect(stdout).toMatch(/temperature +0\.3 {2}\[shared\], n\.toml:2:1/)
    expect(stdout).toMatch(/attempts +2 {2}botticelli\.toml:2:1/)
    expect(stdout).toMatch(/text +with what the template adds {2}n\.toml:11:6\n +You make content for Discord/)
    expect(stdout).toMatch(/table +tables\.t, n\.toml:13:9\n/)
    expect(stdout).toMatch(/stores in +rows {2}the last act/)
  })

  test('in JSON, and for an older dialect', async () => {
    project.write('old.toml', OLD)
    const { stdout } = await project.botticelli(['narratives', 'show', 'old.toml', '--resolved', '--json'])
    expect(JSON.parse(stdout)).toMatchObject({
      dialect: 'root-header',
      targetTable: 'old',
      acts: [
        { name: 'a', asksModel: true, settings: { timeoutMs: { value: 120_000, from: 'default of the server' } } },
      ],
    })
  })
})

describe('narratives diff', () => {
  const FILE =
    '[narrative]\nname = "n"\nskip_content_generation = true\ntoc = ["a", "b"]\n\n[acts]\na = "one"\nb = "two"\n'

  test('shows what changed since the last run, in acts and in lines', async () => {
    const path = project.write('n.toml', FILE)
    expect(await project.botticelli(['narratives', 'diff', 'n.toml'])).toMatchObject({ code: 4 })
    const ran = await project.botticelli(['run', 'n.toml', '--model', 'scripted', '--json'])
    expect(ran).toMatchObject({ code: 0 })

    const same = await project.botticelli(['narratives', 'diff', 'n.toml', '--exit-status'])
    expect(same).toMatchObject({ code: 0, stdout: '', stderr: expect.stringContaining('Nothing has changed.') })

    project.write(
      'n.toml',
      FILE.replace('["a", "b"]', '["a", "c"]').replace('b = "two"', 'c = "three"').replace('"one"', '"uno"'),
    )
    const { code, stdout } = await project.botticelli(['narratives', 'diff', 'n.toml', '--exit-status'])
    expect(code).toBe(1)
    expect(stdout).toContain('~ a: text 1: one -> uno\n+ c\n- b\n')
    expect(stdout).toContain('-toc = ["a", "b"]\n+toc = ["a", "c"]\n')

    const json = JSON.parse(
      (await project.botticelli(['narratives', 'diff', 'n', '-C', project.folder, '--json'])).stdout,
    )
    expect(json).toMatchObject({ narrative: 'n', same: false, files: [{ file: 'n.toml', isGone: false }] })
    expect(json.changes).toHaveLength(3)
    const named = await project.botticelli([
      'narratives',
      'diff',
      'n.toml',
      '--execution',
      json.execution.slice(-6),
      '--json',
    ])
    expect(JSON.parse(named.stdout).execution).toBe(json.execution)

    project.write('n.toml', '[narrative]\nname = "n"\n')
    const broken = await project.botticelli(['narratives', 'diff', path])
    expect(broken).toMatchObject({ code: 0, stderr: expect.stringContaining('cannot be read as this narrative now') })
    expect(broken.stdout).toContain('-a = "one"')
  })

  test('an execution of another narrative is refused', async () => {
    project.write('n.toml', FILE)
    project.write('m.toml', FILE.replace('"n"', '"m"'))
    await project.botticelli(['run', 'm.toml', '--model', 'scripted'])
    const [execution] = project.look((store) => store.executions.list())
    const { code, stderr } = await project.botticelli(['narratives', 'diff', 'n.toml', '--execution', execution!.id])
    expect(code).toBe(4)
    expect(stderr).toContain('ran another narrative')
    expect(await project.botticelli(['narratives', 'diff', 'nothing.toml'])).toMatchObject({ code: 4 })
  })
})
