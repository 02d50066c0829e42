import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { services } from '../../scripts/services.mjs';

/** Begins with the files that took the least time: the first test that fails ends a run. */
class QuickFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toReversed();
  }
}

/** What a machine may lack: such tests are left out, so that a score is the same everywhere. */
const tags = ['chromium', 'small-disk', ...services.map(({ tag }) => tag)];

// Handed to Node as well, where "import" would let CommonJS packages require ECMAScript modules.
const conditions = ['murmuration-source', 'node'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: process.env['MUTATION_TESTS']?.split(',') ?? [],
    // The kernels' compares files that other sources are compiled to.
    exclude: ['**/*.{alone,long}.test.ts', '**/kernels/binary.test.ts'],
    sequence: { sequencer: QuickFirst },
    tags: tags.map(name => ({ name })),
    // Vitest takes this from here, though its types have it in the command line only.
    ...{ tagsFilter: tags.map(name => `!${name}`) },
    setupFiles: ['test/property-seed.ts'],
    experimental: { viteModuleRunner: false, nodeLoader: false },
    isolate: false,
    execArgv: [
      '--import',
      new URL('../../scripts/sources.mjs', import.meta.url).href,
      '--conditions=murmuration-source',
    ],
    // What can be switched on slows down what computes; Stryker ends what hangs.
    testTimeout: 900_000,
    hookTimeout: 900_000,
    expect: { poll: { timeout: 60_000 } },
  },
});
