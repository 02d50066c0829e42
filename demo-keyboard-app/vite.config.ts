import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { defaultClientConditions, defineConfig, type Plugin } from 'vite';
import { compressed } from '../scripts/compressed.mjs';

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Lists the files for the service worker, and names their cache after them. */
function listFiles(): Plugin {
  return {
    name: 'list-files',
    generateBundle(_options, bundle) {
      const files = Object.keys(bundle).filter(file => file.startsWith('assets/'));
      const copied = ['manifest.webmanifest', 'icon.svg', 'icon-192.png', 'icon-512.png'];
      const hash = createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 12);
      const build = JSON.stringify({ name: hash, files: [...files, ...copied] });
      const worker = bundle['service-worker.js'];
      if (worker?.type !== 'chunk') throw new Error('The build has no service worker.');
      worker.code = worker.code.replaceAll('__BUILD__', build);
    },
  };
}

export default defineConfig({
  root: path('.'),
  base: './',
  resolve: { conditions: ['murmuration-source', ...defaultClientConditions] },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  worker: { format: 'es' },
  build: {
    target: 'es2023',
    outDir: 'dist/page',
    emptyOutDir: true,
    // tfjs is one module of 1.5 MB; it loads in workers, beside the page.
    chunkSizeWarningLimit: 3_000,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { main: path('index.html'), 'service-worker': path('src/offline/service-worker.ts') },
      output: {
        entryFileNames: ({ name }) =>
          name === 'service-worker' ? 'service-worker.js' : 'assets/[name]-[hash].js',
      },
    },
  },
  plugins: [listFiles(), compressed()],
});
