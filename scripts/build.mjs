// npm run build: the libraries as ECMAScript modules with types, file for file as in src, into each package's dist.
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { writeDeclarations } from './declarations.mjs';
import { builtAs, madeFiles } from './kernels/modules.mjs';
import { writeLibraryTypes } from './kernels/tensorflow.mjs';
import { prepare, rootFolder, say, stop } from './prepare.mjs';
import { packInto, publishedPackages } from './published.mjs';

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

const packages = publishedPackages();
const entries = new Set(packages.flatMap(({ entries }) => entries));

for (const { name, folder } of packages) {
  say(`Building ${name} …`);
  await build({
    cwd: folder,
    config: false,
    entry: ['src/**/*.ts', '!**/*.d.ts'],
    unbundle: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2023',
    dts: false,
    tsconfig: join(rootFolder, 'tsconfig.json'),
    // A coordinator that runs from the sources may be serving the dashboard from here.
    clean: ['dist/*', '!dist/dashboard', '!dist/dashboard.sha256'],
    deps: { neverBundle: /^[^./]/ },
    plugins: [builtLocations],
    // V8 keeps the text of what it runs, at two bytes a character where one of them is beyond Latin-1. Docstrings are in the types.
    outputOptions: { comments: { annotation: true, legal: true, jsdoc: false } },
    checks: { pluginTimings: false },
    logLevel: 'warn',
    failOnWarn: true,
  });
  // What is made of kernels stays as it was made, byte for byte.
  for (const file of madeFiles.filter(
    each => each.startsWith(`${basename(folder)}/`) && builtAs(each) !== each,
  )) {
    const built = join(rootFolder, builtAs(file));
    mkdirSync(dirname(built), { recursive: true });
    copyFileSync(join(rootFolder, file), built);
  }
  // npm packs a licence that lies beside the manifest.
  copyFileSync(join(rootFolder, 'LICENSE'), join(folder, 'LICENSE'));
}
say('Writing their types …');
writeDeclarations(packages.map(({ folder }) => folder));
writeLibraryTypes(join(rootFolder, 'engine/dist/tensorflow'));
await buildDashboard();
for (const { name, folder } of packages) {
  nameInternals(join(folder, 'dist'));
  const { messages, pkg } = await publint({ pkgDir: folder });
  if (messages.length > 0)
    stop(messages.map(message => `${name}: ${formatMessage(message, pkg)}`).join('\n'));
}
await requireTypes();

say('Bundling client-sdk for pages …');
const { bundleSdk } = await import('./bundle.mjs');
await bundleSdk();

/**
 * Sources import whatever they need of another package of the repository. What is no entry of that package is under `internal/` once it is
 * built: there for the packages of the same version, and nobody else's to import.
 * @param {string} dist
 */
function nameInternals(dist) {
  for (const path of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
    if (!/\.(js|d\.ts)$/.test(path)) continue;
    const file = join(dist, path);
    const text = readFileSync(file, 'utf8');
    const named = text.replace(
      /(['"])(@murmuration\/[a-z-]+)\/((?!internal\/)[^'"\n]+)\1/g,
      (specifier, quote, name, rest) =>
        entries.has(`${name}/${rest}`) ? specifier : `${quote}${name}/internal/${rest}${quote}`,
    );
    if (named !== text) writeFileSync(file, named);
  }
}

/** The operators' page, which the package brings along. */
async function buildDashboard() {
  say('Building the dashboard …');
  const vite = await import('vite');
  const target = join(rootFolder, 'coordinator/server/dist/dashboard');
  const [whole, old] = [`${target}.built`, `${target}.old`];
  await vite.build({
    configFile: join(rootFolder, 'coordinator/dashboard/vite.config.ts'),
    logLevel: 'error',
    build: { outDir: whole, emptyOutDir: true },
  });
  // Takes the place of the last one at once: a server that reads it misses no file.
  rmSync(old, { recursive: true, force: true });
  if (existsSync(target)) renameSync(target, old);
  renameSync(whole, target);
  rmSync(old, { recursive: true, force: true });
}

/**
 * Stops unless TypeScript finds the types of every entry, as the packages are packed. They are ECMAScript modules with subpath exports: older
 * ways of resolving don't count.
 */
async function requireTypes() {
  const packs = mkdtempSync(join(tmpdir(), 'murmuration-pack-'));
  // A program has nothing to import.
  const libraries = packages.filter(({ entries: own }) => own.length > 0);
  try {
    for (const { name, filename } of packInto(libraries, packs)) {
      const packed = createPackageFromTarballData(readFileSync(join(packs, filename)));
      const analysis = await checkPackage(packed, { excludeEntrypoints: [/\*/] });
      const problems = 'problems' in analysis ? analysis.problems : [];
      const counted = problems.filter(
        problem => !('resolutionKind' in problem) || counts.has(problem.resolutionKind),
      );
      if (!analysis.types || counted.length > 0)
        stop(`${name}: its types don't resolve: ${JSON.stringify(counted.slice(0, 5), null, 2)}`);
    }
  } finally {
    rmSync(packs, { recursive: true });
  }
}
