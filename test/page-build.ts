import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, defaultClientConditions } from 'vite';

/** Bundles the page of a folder, workers and all, as an app would; returns the folder of the bundle, which the caller deletes. */
export async function buildPage(page: URL): Promise<string> {
  const outDir = await mkdtemp(join(tmpdir(), 'murmuration-page-'));
  await build({
    root: fileURLToPath(page),
    base: './',
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['murmuration-source', ...defaultClientConditions] },
    worker: { format: 'es' },
    build: { outDir, emptyOutDir: true, target: 'es2023', minify: false, chunkSizeWarningLimit: 10_000 },
  });
  return outDir;
}
