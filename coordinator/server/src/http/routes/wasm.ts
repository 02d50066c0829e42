import { readWasmFile } from '@murmuration/engine/backend/wasm-binaries';
import { wasmFiles, wasmFilesPath } from '@murmuration/engine/backend/wasm-files';
import * as z from 'zod';
import type { App } from '../app.ts';

/**
 * Adds the .wasm files of TensorFlow.js, so that pages need no other host for models that the fused kernels
 * do not support. Their path has their version, so caches keep them for good.
 */
export function wasmRoutes(app: App): void {
  app.get(
    `${wasmFilesPath}:file`,
    {
      schema: {
        summary: "TensorFlow.js' WebAssembly files",
        params: z.object({ file: z.enum(wasmFiles) }),
      },
    },
    async (request, reply) =>
      reply
        .type('application/wasm')
        .header('cache-control', 'public, max-age=31536000, immutable')
        .send(await readWasmFile(request.params.file)),
  );
}
