// npm run size [-- --lower]: what the project counts, against its budget; what a page loads of the SDK, compressed by brotli, and what npm
// installs with the packages, against their limits. The last line is one JSON object. --lower writes what has fallen into the budget.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepare, rootFolder } from './prepare.mjs';

await prepare();
// @ts-expect-error It has no types.
const { default: filePlugin } = await import('@size-limit/file');
const { default: sizeLimit } = await import('size-limit');
const { bundleOf } = await import('./program.mjs');
const { bytesInstalled } = await import('./installed.mjs');
const { counts } = await import('./counts.mjs');

const source = JSON.stringify(join(rootFolder, 'client-sdk/src/browser.ts'));
const phone = JSON.stringify(join(rootFolder, 'client-sdk/src/react-native.ts'));
const jsKernels = JSON.stringify(join(rootFolder, 'client-sdk/src/js-kernels.ts'));
const serving = JSON.stringify(join(rootFolder, 'engine/src/serving.ts'));
const worker = JSON.stringify(join(rootFolder, 'client-sdk/src/worker.ts'));
/** @type {{ name: string, program: string, limit?: number, isWhole?: boolean, withoutTfjs?: boolean }[]} */
const parts = [
  {
    // What trains is in the app's worker, and what it loads there keeps no page waiting.
    name: 'core',
    program: `export { FederatedClient, indexedDbStorage, workerTrainer } from ${source};`,
    limit: 60_000,
  },
  {
    // What it asks runs in the app's worker.
    name: 'page that predicts',
    program: `export { FederatedClient, indexedDbStorage, workerInference, workerTrainer } from ${source};
      export { classifierServing, regressorServing, sequenceServing } from ${serving};`,
    limit: 62_000,
    withoutTfjs: true,
  },
  {
    // Metro puts all of it into one bundle.
    name: 'react-native',
    program: `export { asyncStorage, FederatedClient } from ${phone};`,
    isWhole: true,
  },
  {
    // What trains and predicts on phones; neither TensorFlow.js nor the kernels of WebAssembly are in it.
    name: 'kernels in JavaScript',
    program: `export { jsInference, jsTrainer } from ${jsKernels};`,
    limit: 45_000,
    isWhole: true,
    withoutTfjs: true,
  },
  {
    name: 'everything but tfjs',
    program: `export * from ${source}; export * from ${worker};`,
    isWhole: true,
  },
];

/** TensorFlow.js, as the engine carries it. */
const tfjs = /tensorflow\/(?:library|wasm|webgl|webgpu)\.js$/;
const folder = mkdtempSync(join(tmpdir(), 'murmuration-size-'));
const results = [];
try {
  for (const [i, { name, program, limit, isWhole, withoutTfjs }] of parts.entries()) {
    const bundle = await bundleOf(program, { external: [tfjs] });
    const dir = join(folder, String(i));
    const { output } = await bundle.write({ dir, format: 'esm', minify: true });
    const files = (isWhole ? output.map(({ fileName }) => fileName) : loadedAtOnce(output)).map(file =>
      join(dir, file),
    );
    const [measured] = /** @type {{ size: number }[]} */ (await sizeLimit([filePlugin], files));
    const size = measured?.size ?? 0;
    results.push({ name, brotliBytes: size, ...(limit && { limit }) });
    const figure = `${(size / 1_000).toFixed(1)} kB brotli`;
    console.log(limit ? `${name}: ${figure}, limit ${limit / 1_000} kB` : `${name}: ${figure}`);
    const loaded = output.flatMap(file =>
      file.type === 'chunk' ? [...file.imports, ...file.dynamicImports] : [],
    );
    if (withoutTfjs && loaded.some(id => tfjs.test(id))) {
      console.error(`${name} loads TensorFlow.js, which it is to do without.`);
      process.exitCode = 1;
    }
    if (limit && size > limit) {
      console.log(`${name} is too large.`);
      process.exitCode = 1;
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}
const installed = [
  { name: 'the SDK', names: ['@murmuration/client-sdk'], limit: 34_000_000 },
  { name: 'all packages', names: [], limit: 115_000_000 },
].map(({ name, names, limit }) => {
  const bytes = bytesInstalled(names);
  console.log(`installed, ${name}: ${(bytes / 1e6).toFixed(1)} MB, limit ${limit / 1e6} MB`);
  if (bytes > limit) {
    console.log(`${name} with what they depend on are too large.`);
    process.exitCode = 1;
  }
  return { name, bytes, limit };
});
const { long, ...counted } = counts();
holdToBudget({ ...counted, largestPackage: Math.max(...Object.values(counted.packages)) });
console.log(JSON.stringify({ ...counted, parts: results, installed }));

/**
 * Fails where the project counts more of something than its budget allows, which only falls.
 * @param {Record<string, unknown>} counted
 */
function holdToBudget(counted) {
  const path = join(rootFolder, 'scripts/budget.json');
  /** @type {Record<string, number>} */
  const budget = JSON.parse(readFileSync(path, 'utf8'));
  for (const [name, most] of Object.entries(budget)) {
    const now = Number(counted[name]);
    console.log(`${name}: ${now.toLocaleString('en')}, budget ${most.toLocaleString('en')}`);
    if (now <= most) continue;
    console.error(`${name} is over its budget (scripts/budget.json), which only falls.`);
    if (name === 'longFunctions') console.error(long.join('\n'));
    process.exitCode = 1;
  }
  if (!process.argv.includes('--lower')) return;
  const lower = Object.entries(budget).map(([name, most]) => [name, Math.min(most, Number(counted[name]))]);
  writeFileSync(path, `${JSON.stringify(Object.fromEntries(lower), null, 2)}\n`);
}

/**
 * The program, and what it imports before it runs.
 * @param {readonly import('rolldown').RolldownOutput['output'][number][]} output
 */
function loadedAtOnce(output) {
  const files = output
    .filter(({ type }) => type === 'chunk')
    .slice(0, 1)
    .map(({ fileName }) => fileName);
  for (const file of files) {
    const chunk = output.find(({ fileName }) => fileName === file);
    if (chunk?.type !== 'chunk') continue;
    for (const next of chunk.imports)
      if (!files.includes(next) && output.some(({ fileName }) => fileName === next)) files.push(next);
  }
  return files;
}
