import { playwright } from '@vitest/browser-playwright';
import { defaultClientConditions } from 'vite';
import { defineProject } from 'vitest/config';
import { chromiumOptions } from '../chromium.ts';

/** Suites that run inside Chromium, on the sources. */
export default defineProject({
  resolve: { conditions: ['murmuration-source', ...defaultClientConditions] },
  // Found at the start: a dependency that is found later reloads the page in the middle of a test.
  optimizeDeps: { entries: ['**/*.test.ts'] },
  test: {
    name: 'browser',
    include: ['**/*.test.ts'],
    testTimeout: 60_000,
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({ launchOptions: chromiumOptions }),
      instances: [{ browser: 'chromium' }],
    },
  },
});
