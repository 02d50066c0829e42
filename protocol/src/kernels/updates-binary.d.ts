/** The kernels of updates as a WebAssembly module, in base64. */
export const updatesBase64: string;
