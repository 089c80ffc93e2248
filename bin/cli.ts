// Cli: the process. Streams, arguments and the environment go into `main`, an exit code comes out.
//
// The one file that ends the process; what it imports beside Node comes after the compile cache is on.

import { enableCompileCache, type ResolveFnOutput, type ResolveHookSync, registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'

const ROOT = new URL('..', import.meta.url).href

// A cache that cannot be written costs a slower start, no more.
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url)))

// Our files are where their imports say. Node would ask the disk about each import of each: a seventh of a start's time. In the
// package they are few.
if (import.meta.url.endsWith('.ts')) registerHooks({ resolve: resolveOwn })

// A launcher that is killed takes this process along, or nobody would know what still holds the project. Where Node 24
// was found at once there is no launcher in between, and no channel.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
process.channel?.unref()

// A proxy (NODE_USE_ENV_PROXY) is the way out of this machine; what is on it is reached without.
const { NO_PROXY, no_proxy = NO_PROXY } = process.env
process.env.no_proxy = [...(no_proxy ? [no_proxy] : []), 'localhost', '127.0.0.1', '[::1]'].join()

// Whoever reads our results may stop reading (`| head -1`): that is their success. A command that has more to do than
// to print goes on, and remarks that nobody reads are dropped.
let outlivesReaders = false
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (!outlivesReaders) process.exit(error.code === 'EPIPE' ? 0 : 1)
})
process.stderr.on('error', () => {})

const { main } = await import('./main.ts')
const { stdin, stdout, stderr, env: environment } = process
const world = {
  ...{ stdin, stdout, stderr, environment },
  now: Date.now,
  exit: (code: number) => process.exit(code),
  outliveReaders: () => {
    outlivesReaders = true
  },
}
const status = await main(process.argv.slice(2), world)
await Promise.all([stdout, stderr].map((stream) => new Promise<void>((done) => stream.write('', () => done()))))
process.exit(status)

function resolveOwn(...[specifier, context, next]: Parameters<ResolveHookSync>): ResolveFnOutput {
  const { parentURL = '' } = context
  const isOwn = specifier.startsWith('.') && specifier.endsWith('.ts') && parentURL.startsWith(ROOT)
  if (!isOwn) return next(specifier, context)
  return { url: new URL(specifier, parentURL).href, format: 'module-typescript', shortCircuit: true }
}
