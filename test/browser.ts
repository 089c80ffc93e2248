// Browser: a real Chromium, the one that an npm package ships, so that nothing is downloaded beside the registry.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import chromium, { inflate } from '@sparticuz/chromium'
import { type Browser, chromium as driver } from 'playwright-core'

/** The package's own arguments turn off what a browser protects; here only what a container cannot give is left out. */
const ARGUMENTS = ['--no-sandbox', '--disable-gpu']

export interface OpenedBrowser extends AsyncDisposable {
  readonly browser: Browser
}

/** Unpacks into a folder of its own: tests run side by side, and the package takes what is half unpacked for whole. */
export async function openBrowser(): Promise<OpenedBrowser> {
  const folder = mkdtempSync(join(tmpdir(), 'botticelli-browser-'))
  const before = process.env.TMPDIR
  process.env.TMPDIR = folder
  try {
    const executablePath = await chromium.executablePath()
    // Libraries that a machine without a desktop lacks; its own come first.
    await inflate(fileURLToPath(new URL('../bin/al2023.tar.br', import.meta.resolve('@sparticuz/chromium'))))
    const libraries = [process.env.LD_LIBRARY_PATH, join(folder, 'al2023', 'lib')].filter((path) => path !== undefined)
    const env = { ...process.env, LD_LIBRARY_PATH: libraries.join(':'), FONTCONFIG_PATH: join(folder, 'fonts') }
    const browser = await driver.launch({ executablePath, args: ARGUMENTS, headless: true, env: definedOf(env) })
    return {
      browser,
      async [Symbol.asyncDispose]() {
        await browser.close()
        rmSync(folder, { recursive: true, force: true })
      },
    }
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  } finally {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
  }
}

function definedOf(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined))
}
