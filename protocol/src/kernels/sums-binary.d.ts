/** The kernels of coordinators as a WebAssembly module, in base64. */
export const sumsBase64: string;
