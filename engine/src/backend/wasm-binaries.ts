import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { wasmFiles } from './wasm-files.ts';

/** Reads a .wasm file of the installed TensorFlow.js, for servers that offer it to pages. */
export function readWasmFile(name: (typeof wasmFiles)[number]): Promise<Buffer> {
  const { resolve } = createRequire(import.meta.url);
  return readFile(resolve(`@tensorflow/tfjs-backend-wasm/dist/${name}`));
}
