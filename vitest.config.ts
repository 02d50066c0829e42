import { defineConfig } from 'vitest/config';

// Handed to Node as well, where "import" would let CommonJS packages require ECMAScript modules.
const conditions = ['murmuration-source', 'node'];

export default defineConfig({
  test: {
    reporters: ['default'],
    projects: [
      {
        resolve: { conditions },
        ssr: { resolve: { conditions } },
        test: {
          name: 'node',
          include: ['test/{unit,contract,reference,e2e,faults,attacks}/**/*.test.ts'],
          setupFiles: ['test/property-seed.ts'],
          pool: 'forks',
          execArgv: [
            '--import',
            new URL('./scripts/sources.mjs', import.meta.url).href,
            '--conditions=murmuration-source',
          ],
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      'test/browser/vitest.config.ts',
    ],
  },
});
