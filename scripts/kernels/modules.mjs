// The modules that are made of the kernels of engine/assembly and protocol/assembly. None is committed; their types are, beside each.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { libraryFiles } from './tensorflow.mjs';

export const modules = [
  {
    folder: 'engine/assembly',
    entry: 'index.ts',
    target: 'engine/src/fused/binary.js',
    /** For platforms that compile no bytes while they run. */
    module: 'engine/src/kernels.wasm',
    name: 'kernelsBase64',
    features: 'simd',
  },
  {
    folder: 'engine/assembly',
    entry: 'index.ts',
    target: 'engine/src/fused/relaxed-binary.js',
    name: 'relaxedKernelsBase64',
    features: 'simd --enable relaxed-simd',
  },
  {
    folder: 'engine/assembly',
    entry: 'index.ts',
    target: 'engine/src/fused/javascript-kernels.js',
    name: 'javascriptKernels',
    features: 'simd',
    isJavaScript: true,
  },
  {
    folder: 'protocol/assembly',
    entry: 'masks.ts',
    target: 'protocol/src/kernels/masks-binary.js',
    name: 'masksBase64',
    features: 'simd',
  },
  {
    folder: 'protocol/assembly',
    entry: 'updates.ts',
    target: 'protocol/src/kernels/updates-binary.js',
    name: 'updatesBase64',
    features: 'simd',
  },
  {
    folder: 'protocol/assembly',
    entry: 'sums.ts',
    target: 'protocol/src/kernels/sums-binary.js',
    name: 'sumsBase64',
    features: 'simd',
  },
];

/** Their files and those of TensorFlow.js, by their paths from the root of the repository. */
export const madeFiles = [
  ...modules.flatMap(({ target, module }) => (module ? [target, module] : [target])),
  ...libraryFiles,
];

/** Path of a file in the built package, byte for byte; the kernels themselves are an entry, and lie in the sources only. @param {string} file */
export const builtAs = file => (file.endsWith('kernels.wasm') ? file : file.replace('/src/', '/dist/'));

/**
 * What of the built packages differs from the sources, or is missing, by their paths from `there`: the packages as they lie in a
 * checkout, a pack or an image.
 * @param {string} root The checkout.
 * @param {string} there
 * @param {readonly string[]} files Of `madeFiles`.
 */
export function differing(root, there, files = madeFiles) {
  return files
    .map(file => /** @type {const} */ ([file, builtAs(file)]))
    .flatMap(([file, built]) => {
      const [source, copy] = [join(root, file), join(there, built)];
      return existsSync(source) && existsSync(copy) && readFileSync(source).equals(readFileSync(copy))
        ? []
        : [built];
    });
}
