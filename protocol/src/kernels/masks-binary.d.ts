/** The kernels of devices as a WebAssembly module, in base64. */
export const masksBase64: string;
