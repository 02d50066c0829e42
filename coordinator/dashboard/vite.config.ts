import { fileURLToPath } from 'node:url';
import { defaultClientConditions, defineConfig } from 'vite';
import { compressed } from '../../scripts/compressed.mjs';

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

export default defineConfig({
  root: path('.'),
  base: './',
  resolve: { conditions: ['murmuration-source', ...defaultClientConditions] },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2023',
    // The coordinator looks for the page here, and its package includes it.
    outDir: path('../server/dist/dashboard'),
    emptyOutDir: true,
    modulePreload: { polyfill: false },
    // One file of what every page needs: each file more is a request more before the first paint.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [{ name: 'common', test: /\/node_modules\/@?preact|\/src\/(context|format|loading)\// }],
        },
      },
    },
  },
  plugins: [compressed()],
});
