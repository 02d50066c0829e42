import { fileURLToPath } from 'node:url';
import { defaultClientConditions, defineConfig } from 'vite';

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

export default defineConfig({
  root: path('.'),
  base: './',
  resolve: { conditions: ['murmuration-source', ...defaultClientConditions] },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2023',
    outDir: path('../dist/dashboard'),
    emptyOutDir: true,
    modulePreload: { polyfill: false },
  },
});
