import { defineConfig } from 'vitest/config'

// Keys, proxies and settings of whoever runs the tests do not leak into them, nor into what they start: what says where
// things are, when it is and how to talk to a person is all that stays.
const KEPT =
  /^(?:PATH|HOME|TMPDIR|TEMP|TMP|TZ|LANG|LC_\w+|TERM|COLORTERM|(?:NO|FORCE)_COLOR|CI|NODE_V8_COVERAGE|VITEST\w*)$/i
for (const name of Object.keys(process.env)) if (!KEPT.test(name)) delete process.env[name]

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Files run in processes of their own: some of them send real signals and open real databases.
    pool: 'forks',
    // All cores: without this one is left idle, and most tests wait for processes of their own.
    maxWorkers: '100%',
    // They end what hangs. Some tests start fifteen processes one after another, which take two seconds each on a machine
    // that has other work.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
