// Cli: the process. Streams, arguments and the environment go into `main`, an exit code comes out.
//
// The one file that ends the process; what it imports beside Node comes after the compile cache is on.

import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

// A cache that cannot be written costs a slower start, no more.
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url)))

// Whoever reads our output may stop reading (`| head -1`): that is their success.
process.stdout.on('error', leaveQuietly)
process.stderr.on('error', leaveQuietly)

const { main } = await import('./main.ts')
const { stdin, stdout, stderr, env: environment } = process
const world = { stdin, stdout, stderr, environment, now: Date.now, exit: (code: number) => process.exit(code) }
const status = await main(process.argv.slice(2), world)
await Promise.all([stdout, stderr].map((stream) => new Promise<void>((done) => stream.write('', () => done()))))
process.exit(status)

function leaveQuietly(error: NodeJS.ErrnoException): void {
  process.exit(error.code === 'EPIPE' ? 0 : 1)
}
