import { version_wasm } from '#tfjs-wasm';

/**
 * Under which path coordinators serve the .wasm files of TensorFlow.js: by version, for files and the scripts that load them belong
 * together.
 */
export const wasmFilesPath: string = `/v1/wasm/${version_wasm}/`;

/** Those of them that pages load: with SIMD, and without for a device that lacks it. */
export const wasmFiles = ['tfjs-backend-wasm-simd.wasm', 'tfjs-backend-wasm.wasm'] as const;
