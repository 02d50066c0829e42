import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { wasmFiles } from './wasm-files.ts';

/** The bytes of a .wasm file of the installed TensorFlow.js, for whoever serves it to pages. */
export function readWasmFile(name: (typeof wasmFiles)[number]): Promise<Buffer> {
  const { resolve } = createRequire(import.meta.url);
  return readFile(resolve(`@tensorflow/tfjs-backend-wasm/dist/${name}`));
}
