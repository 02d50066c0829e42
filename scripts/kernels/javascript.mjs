// Kernels as JavaScript, for engines without WebAssembly: binaryen's wasm2js of a build without vectors.
import binaryen from 'assemblyscript/binaryen';
import { withoutVectors } from './scalar.mjs';

/**
 * The build without vectors, of one with SIMD that was not optimised: a module that any WebAssembly runs, and wasm2js takes.
 * @param {Uint8Array} bytes
 */
function scalarModule(bytes) {
  const module = withoutVectors(bytes);
  if (!module.validate()) throw new Error('The kernels without vectors are no valid module.');
  binaryen.setOptimizeLevel(3);
  binaryen.setShrinkLevel(0);
  module.optimize();
  return module;
}

/** @param {Uint8Array} bytes as those of `scalarModule`. */
export function scalarBuild(bytes) {
  const module = scalarModule(bytes);
  try {
    return module.emitBinary();
  } finally {
    module.dispose();
  }
}

/**
 * The same as a module in JavaScript: over a memory, which from then on grows by its `grow`.
 * @param {Uint8Array} bytes as those of `scalarModule`.
 * @param {{ readonly folder: string, readonly name: string }} of
 */
export function javascriptOf(bytes, { folder, name }) {
  const module = scalarModule(bytes);
  const text = module.emitAsmjs();
  module.dispose();
  const end = text.indexOf('var memasmFunc');
  if (end < 0) throw new Error('wasm2js has changed the form of what it writes.');
  const code = text
    .slice(0, end)
    // A constant is rounded once, here.
    .replaceAll(/Math_fround\((-?[\d.]+(?:e[+-]?\d+)?)\)/g, (_, number) =>
      constantOf(Math.fround(Number(number))),
    )
    .replaceAll(/^\s*\/\/.*$/gm, '')
    .replaceAll(/^\s+|\s+$/gm, '')
    .replaceAll(/\n+/g, '\n');
  return `// Made from ${folder} by scripts/kernels.mjs, with binaryen's wasm2js.
export function ${name}(memory) {
${code}
return asmFunc({ env: { memory } });
}
`;
}

/** @param {number} value */
function constantOf(value) {
  return value < 0 || Object.is(value, -0) ? `(${Object.is(value, -0) ? '-0' : value})` : String(value);
}
