// Build: the package as it is installed elsewhere, in dist/. A checkout runs from its sources and needs none of it.
//
// Node strips no types below node_modules, and each file that it opens costs it a third of a millisecond: the package is
// JavaScript in few files. What it depends on stays outside, as the dependencies of its package.json.
//
//   U1. A file finds what it reads at run time by its own place in the tree. The tree is kept: every module is told the
//       place that it would have in dist/, whatever file it ended up in.
//   U2. What every command loads is one file, and what `run` loads beside it is a second one.

import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { isAbsolute, join, relative, resolve, sep } from 'node:path'
import { type OutputOptions, type Plugin, rolldown } from 'rolldown'

const ROOT = import.meta.dirname

/** What Node is started with: the command line, and the threads. */
const ENTRIES = ['bin/cli.ts', 'bot-thread.ts', 'supervisor/thread-host.ts', 'supervisor/loop-watchdog-thread.ts']

/** What is read at run time, and what a reader of the package looks for. */
const FILES = [
  'store/migrations',
  'narratives/library',
  'console/inspector/bridge.html',
  'console/inspector/bridge.js',
  'console/inspector/bridge.css',
  'README.md',
  'CHANGELOG.md',
  'LICENSE',
]

/** @param folder is made anew */
export async function build(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true })
  const { plugin: inOne, codeSplitting } = inOneEach(['bin/main.ts', 'bin/commands/run.ts'])
  const bundle = await rolldown({
    input: Object.fromEntries(ENTRIES.map((entry) => [entry.replace(/\.ts$/, ''), resolve(ROOT, entry)])),
    platform: 'node',
    external: (id) => !id.startsWith('.') && !isAbsolute(id),
    plugins: [ownPlace, inOne],
    preserveEntrySignatures: 'allow-extension',
    checks: { ineffectiveDynamicImport: false },
  })
  await bundle.write({ ...OUTPUT, dir: folder, codeSplitting })
  await bundle.close()
  for (const file of FILES) cpSync(join(ROOT, file), join(folder, file), { recursive: true })
  writeLauncher(folder)
  writeManifest(folder)
}

const OUTPUT: OutputOptions = {
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: 'chunks/[name]-[hash].js',
}

/** U1. */
const ownPlace: Plugin = {
  name: 'own-place',
  transform(code, id) {
    const place = relative(ROOT, id).replaceAll(sep, '/').replace(/\.ts$/, '.js')
    return code.replaceAll('import.meta.url', `OWN_PLACE(${JSON.stringify(place)})`)
  },
  renderChunk(code, { fileName }) {
    const toRoot = '../'.repeat(fileName.split('/').length - 1)
    return code.replace(/OWN_PLACE\((["'])(.+?)\1\)/g, `new URL("./${toRoot}$2", import.meta.url).href`)
  },
}

/** U2. What each of some files imports, directly or not, is one file; what two of them import belongs to the first. */
function inOneEach(files: readonly string[]): { plugin: Plugin; codeSplitting: OutputOptions['codeSplitting'] } {
  const fileOf = new Map<string, string>()
  const plugin: Plugin = {
    name: 'in-one-each',
    buildEnd() {
      const take = (id: string, file: string) => {
        if (!isAbsolute(id) || fileOf.has(id)) return
        fileOf.set(id, file)
        for (const imported of this.getModuleInfo(id)?.importedIds ?? []) take(imported, file)
      }
      for (const file of files) take(resolve(ROOT, file), file)
    },
  }
  const name = (id: string) => fileOf.get(id)?.replace(/^.*\/|\.ts$/g, '') ?? null
  const groups = [{ name, debugName: 'in one each' }]
  return { plugin, codeSplitting: { includeDependenciesRecursively: false, groups } }
}

function writeLauncher(folder: string): void {
  const text = readFileSync(join(ROOT, 'bin/botticelli'), 'utf8').replace('./cli.ts', './cli.js')
  writeFileSync(join(folder, 'bin/botticelli'), text, { mode: 0o755 })
}

function writeManifest(folder: string): void {
  const { name, version, description, license, type, bin, dependencies } = JSON.parse(
    readFileSync(join(ROOT, 'package.json'), 'utf8'),
  )
  const manifest = { name, version, description, license, type, bin, engines: { node: '>=24' }, dependencies }
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
}

if (import.meta.main) {
  await build(join(ROOT, 'dist'))
  console.log('The package is in dist/: "npm pack ./dist" makes an archive of it, "npm install PATH/dist" installs it.')
}
