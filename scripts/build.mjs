// npm run build: the libraries as ECMAScript modules with types, file for file as in src, into each package's dist.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepare, rootFolder, say, stop } from './prepare.mjs';

await prepare();
const { build } = await import('tsdown');
const { publint } = await import('publint');
const { formatMessage } = await import('publint/utils');
const { checkPackage, createPackageFromTarballData } = await import('@arethetypeswrong/core');

/** The ways of resolving modules that the packages are for. */
const counts = new Set(['node16-esm', 'bundler']);

/** Sources name their workers as `new URL('./worker.ts', import.meta.url)`; what is built has to name the built ones. */
const builtLocations = {
  name: 'built-locations',
  /** @param {string} code */
  transform: code => code.replace(/(new URL\(\s*['"`]\.[^'"`]+)\.ts(?=['"`])/g, '$1.js'),
};

for (const name of ['protocol', 'engine', 'api', 'coordinator', 'cli', 'client-sdk']) {
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
  if (name === 'coordinator') await buildDashboard();
  const { messages, pkg } = await publint({ pkgDir: folder });
  if (messages.length > 0)
    stop(messages.map(message => `${name}: ${formatMessage(message, pkg)}`).join('\n'));
  await requireTypes(name, folder);
}

say('Bundling client-sdk for pages …');
const { bundleSdk } = await import('./bundle.mjs');
await bundleSdk();

/** The operators' page, which the coordinator's package brings along. */
async function buildDashboard() {
  say('Building the dashboard …');
  const vite = await import('vite');
  await vite.build({ configFile: join(rootFolder, 'dashboard/vite.config.ts'), logLevel: 'error' });
}

/**
 * Stops unless TypeScript finds the types of every entry, as the packages are packed. They are ECMAScript modules with subpath exports: older
 * ways of resolving don't count.
 * @param {string} name
 * @param {string} folder
 */
async function requireTypes(name, folder) {
  const packs = mkdtempSync(join(tmpdir(), 'murmuration-pack-'));
  try {
    const { status, stdout, stderr } = spawnSync('npm', ['pack', '--json', '--pack-destination', packs], {
      cwd: folder,
      encoding: 'utf8',
    });
    if (status !== 0) stop(`${name} can't be packed: ${stderr}`);
    const [{ filename }] = JSON.parse(stdout);
    const packed = createPackageFromTarballData(readFileSync(join(packs, filename)));
    // Entries with a wildcard are not found by themselves.
    const entrypoints = packed
      .listFiles()
      .map(file => /\/dist\/(.+)\.js$/.exec(file)?.[1])
      .filter(entry => entry !== undefined && !/^(_virtual|bundle|dashboard)\//.test(entry))
      .map(entry => `./${entry}`);
    const analysis = await checkPackage(packed, { entrypoints });
    const problems = 'problems' in analysis ? analysis.problems : [];
    const counted = problems.filter(
      problem => !('resolutionKind' in problem) || counts.has(problem.resolutionKind),
    );
    if (!analysis.types || counted.length > 0)
      stop(`${name}: its types don't resolve: ${JSON.stringify(counted.slice(0, 5), null, 2)}`);
  } finally {
    rmSync(packs, { recursive: true });
  }
}
