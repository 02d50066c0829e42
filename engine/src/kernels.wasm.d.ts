/** Kernels as bundlers provide them, for platforms that compile no bytes at run time; see `useKernels`. */
declare const kernels: WebAssembly.Module;
export default kernels;
