/** The kernels with fused multiply-add as a WebAssembly module, in base64. */
export const relaxedKernelsBase64: string;
