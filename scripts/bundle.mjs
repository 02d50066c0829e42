// The SDK as files that a page loads without a build step of its own: browser.js for the page, training.js for its worker; and web-view.js, a script
// that gives what the script of a hidden web view needs as the global `murmuration`.
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
    // The backends are files of their own, loaded where the page wants them.
    `export { serveTraining } from ${source('worker')};
    export { webgl } from '@murmuration/engine/webgl';
    export { webgpu } from '@murmuration/engine/webgpu';
    export * as tf from '@murmuration/engine/tfjs/tf';`,
  ],
  [
    'web-view',
    `export { serveWebView } from ${source('web-view-page')};
    export { webgl } from '@murmuration/engine/webgl';
    export { softmaxLoss } from '@murmuration/engine/objective/losses';
    export * as tf from '@murmuration/engine/tfjs/tf';`,
  ],
]);

/** Writes the bundle into a folder of its own, `client-sdk/dist/bundle` by default; returns that folder. */
export async function bundleSdk(dir = join(rootFolder, 'client-sdk/dist/bundle')) {
  rmSync(dir, { recursive: true, force: true });
  // One by one: in a build of both, the page would load what only its worker needs.
  for (const [name, program] of programs) {
    const bundle = await bundleOf(program, { name });
    /** @type {import('rolldown').OutputOptions} A page of a web view loads no second file. */
    const form =
      name === 'web-view' ? { format: 'iife', name: 'murmuration', codeSplitting: false } : { format: 'esm' };
    await bundle.write({ ...form, dir, minify: true, entryFileNames: '[name].js' });
  }
  return dir;
}
