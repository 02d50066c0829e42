import { fileURLToPath } from 'node:url';
import { playwright } from '@vitest/browser-playwright';
import { defaultClientConditions } from 'vite';
import { defineProject } from 'vitest/config';
import { chromiumOptions } from '../chromium.ts';

/** Suites that run inside Chromium, on the sources. */
export default defineProject({
  resolve: { conditions: ['murmuration-source', ...defaultClientConditions] },
  // Found at the start: a dependency that is found later reloads the page in the middle of a test.
  optimizeDeps: { entries: ['**/*.test.ts'] },
  // Serves the .wasm files of TensorFlow.js at the root.
  publicDir: fileURLToPath(new URL('../../engine/src/tensorflow', import.meta.url)),
  test: {
    name: 'browser',
    include: ['**/*.test.ts'],
    setupFiles: [fileURLToPath(new URL('../property-seed.ts', import.meta.url))],
    testTimeout: 120_000,
    // As long as a test waits elsewhere: a page loads its parts one by one here, and a busy machine is no reason to fail.
    expect: { poll: { timeout: 60_000 } },
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({ launchOptions: chromiumOptions }),
      instances: [{ browser: 'chromium' }],
    },
  },
});
