/** The kernels, as bundlers for platforms give them that compile no bytes while they run: for `useKernels`. */
declare const kernels: WebAssembly.Module;
export default kernels;
