import { defineConfig } from 'vitest/config';

const conditions = ['murmuration-source', 'node', 'import', 'module', 'default'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['test/{unit,contract,reference,e2e}/**/*.test.ts'],
    pool: 'forks',
    execArgv: [
      '--import',
      new URL('./scripts/sources.mjs', import.meta.url).href,
      '--conditions=murmuration-source',
    ],
    testTimeout: 30_000,
    reporters: ['default'],
  },
});
