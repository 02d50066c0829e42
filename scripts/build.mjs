// npm run build: the libraries as ECMAScript modules with types, file for file as in src, into each package's dist.
import { join } from 'node:path';
import { prepare, rootFolder, say, stop } from './prepare.mjs';

await prepare();
const { build } = await import('tsdown');
const { publint } = await import('publint');
const { formatMessage } = await import('publint/utils');

/** Sources name their workers as `new URL('./worker.ts', import.meta.url)`; what is built has to name the built ones. */
const builtLocations = {
  name: 'built-locations',
  /** @param {string} code */
  transform: code => code.replace(/(new URL\(\s*['"`]\.[^'"`]+)\.ts(?=['"`])/g, '$1.js'),
};

for (const name of ['protocol', 'engine', 'coordinator', 'client-sdk']) {
  const folder = join(rootFolder, name);
  say(`Building ${name} …`);
  await build({
    cwd: folder,
    config: false,
    entry: 'src/**/*.ts',
    unbundle: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2023',
    dts: true,
    tsconfig: join(rootFolder, 'tsconfig.json'),
    deps: { neverBundle: /^[^./]/ },
    plugins: [builtLocations],
    checks: { pluginTimings: false },
    logLevel: 'warn',
    failOnWarn: true,
  });
  const { messages, pkg } = await publint({ pkgDir: folder });
  if (messages.length > 0)
    stop(messages.map(message => `${name}: ${formatMessage(message, pkg)}`).join('\n'));
}
