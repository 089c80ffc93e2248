import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Files run in processes of their own: some of them send real signals and open real databases.
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
})
