// The SDK as files that a page loads without a build step of its own: browser.js for the page, training.js for its worker.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { rootFolder } from './prepare.mjs';
import { bundleOf } from './program.mjs';

/** @param {string} entry */
const source = entry => JSON.stringify(join(rootFolder, `client-sdk/src/${entry}.ts`));
/** What trains brings TensorFlow.js along: no page should wait for that. */
const programs = new Map([
  [
    'browser',
    `export {
      FederatedClient, fineTuned, indexedDbStorage, memoryStorage, ngramCache, privateLayers, workerInference, workerTrainer,
    } from ${source('browser')};`,
  ],
  [
    'training',
    `export { serveTraining } from ${source('worker')};
    export * as tf from '@murmuration/engine/tfjs/tf';`,
  ],
]);

/** Writes the bundle into `client-sdk/dist/bundle`; returns that folder. */
export async function bundleSdk() {
  const dir = join(rootFolder, 'client-sdk/dist/bundle');
  rmSync(dir, { recursive: true, force: true });
  // One by one: in a build of both, the page would load what only its worker needs.
  for (const [name, program] of programs) {
    const bundle = await bundleOf(program, { name });
    await bundle.write({ dir, format: 'esm', minify: true, entryFileNames: '[name].js' });
  }
  return dir;
}
