// npm run build: the libraries as ECMAScript modules with types, file for file as in src, into each package's dist.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { prepare, rootFolder, stop } from './prepare.mjs';

await prepare();
const { build } = await import('tsdown');
const { publint } = await import('publint');
const { formatMessage } = await import('publint/utils');

/** Sources name their workers as `new URL('./worker.ts', import.meta.url)`; what is built names the built ones. */
const locations = {
  name: 'locations-of-built-files',
  /** @param {string} code */
  transform: code => code.replace(/(new URL\(\s*['"`]\.[^'"`]+)\.ts(?=['"`])/g, '$1.js'),
};

for (const name of ['protocol', 'engine', 'coordinator', 'client-sdk']) {
  const cwd = join(rootFolder, name);
  await build({
    cwd,
    config: false,
    entry: 'src/**/*.ts',
    unbundle: true,
    format: 'esm',
    fixedExtension: false,
    platform: 'neutral',
    target: 'es2023',
    dts: true,
    tsconfig: join(rootFolder, 'tsconfig.json'),
    plugins: [locations],
    logLevel: 'warn',
  });
}
