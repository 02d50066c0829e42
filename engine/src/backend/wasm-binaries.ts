import { readFile } from 'node:fs/promises';
import type { wasmFiles } from './wasm-files.ts';

/** Reads a .wasm file of TensorFlow.js, for servers that offer it to pages. */
export function readWasmFile(name: (typeof wasmFiles)[number]): Promise<Buffer> {
  return readFile(new URL(`../tensorflow/${name}`, import.meta.url));
}
