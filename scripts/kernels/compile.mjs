import { join } from 'node:path';
import { rootFolder } from '../prepare.mjs';

/**
 * Compiled kernels. Throws the compiler's messages.
 * @param {{ readonly folder: string, readonly entry: string, readonly features: string }} kernels
 * @param {boolean} isOptimised
 * @returns {Promise<Uint8Array>}
 */
export async function compileKernels({ folder, entry, features }, isOptimised = true) {
  const { default: compiler } = await import('assemblyscript/asc');
  let messages = '';
  /** @type {Uint8Array | undefined} */
  let bytes;
  const level = isOptimised ? '-O3' : '-O0';
  const options = `${level} --noAssert --runtime stub --enable ${features} --importMemory --use abort= --outFile kernels.wasm`;
  const base = ['--baseDir', join(rootFolder, folder)];
  const { error } = await compiler.main([entry, ...base, ...options.split(' ')], {
    stderr: {
      write: chunk => {
        messages += chunk;
      },
    },
    writeFile: (_, contents) => {
      bytes = /** @type {Uint8Array} */ (contents);
    },
  });
  if (error || bytes === undefined) throw new Error(messages || String(error));
  return bytes;
}
