import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { provideKernels } from './scripts/kernels/provide.mjs';
import { services } from './scripts/services.mjs';
import { SlowFirst } from './test/slow-first.ts';

// Handed to Node as well, where "import" would let CommonJS packages require ECMAScript modules.
const conditions = ['murmuration-source', 'node'];

/** Tests that can't share a process with others: they leave behind what a process has only once. */
const alone = '**/*.alone.test.ts';

/** Tests that take minutes: packages installed and bundled, whole simulations, kills at every step. `npm run test:long` runs them. */
const long = '**/*.long.test.ts';

/** Node loads the sources as it does in programs, and what they compute is compiled as it is there. */
const native = { experimental: { viteModuleRunner: false, nodeLoader: false } };

/** Each of these has more to do, and keeps the others from the processors while it does. */
const patience = { testTimeout: 400_000, hookTimeout: 400_000, expect: { poll: { timeout: 200_000 } } };

const node = {
  resolve: { conditions },
  ssr: { resolve: { conditions } },
};

const options = {
  setupFiles: ['test/property-seed.ts'],
  pool: 'forks' as const,
  execArgv: [
    '--import',
    new URL('./scripts/sources.mjs', import.meta.url).href,
    '--conditions=murmuration-source',
  ],
  // Ends what hangs. No test measures time, and a busy machine is no reason to fail.
  testTimeout: 120_000,
  hookTimeout: 120_000,
  expect: { poll: { timeout: 60_000 } },
};

// `npm test` has done it; `npx vitest` has not.
const problem = await provideKernels(import.meta.dirname);
if (problem !== undefined) throw new Error(problem);

export default defineConfig({
  test: {
    reporters: ['default'],
    // More workers than cores: a test of real sockets, processes or pages waits for most of its time.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: SlowFirst },
    // What a machine may lack. `npm test` leaves out the tests of what it can't find, and names them.
    tags: [
      { name: 'chromium', description: 'Needs Chromium or Chrome.' },
      ...services.map(({ tag, description }) => ({ name: tag, description })),
      { name: 'small-disk', description: 'Needs to mount a small file system in memory: Linux, as root.' },
    ],
    projects: [
      {
        ...node,
        test: {
          ...options,
          ...native,
          name: 'node',
          include: ['test/{unit,contract,reference,e2e,faults,attacks}/**/*.test.ts'],
          exclude: [alone, long],
          // A worker keeps what it has loaded for its next files: to load it again takes a second or two of each file.
          isolate: false,
        },
      },
      { ...node, test: { ...options, ...patience, name: 'long', include: [`test/${long}`], isolate: false } },
      { ...node, test: { ...options, ...native, name: 'alone', include: [`test/${alone}`] } },
      'test/browser/vitest.config.ts',
    ],
  },
});
