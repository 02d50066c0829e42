/** The kernels as a WebAssembly module, in base64. */
export const kernelsBase64: string;
