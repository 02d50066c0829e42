const modules = new Map<string, WebAssembly.Module>();

/**
 * Instantiates a base64 WebAssembly module over a memory and returns its functions. Compiles it
 * synchronously, once per thread. Throws if the platform has no WebAssembly or no SIMD, or if a page's policy
 * forbids compiling it.
 */
export function instantiate<Functions>(base64: string, memory: WebAssembly.Memory): Functions {
  let module = modules.get(base64);
  if (!module) {
    module = new WebAssembly.Module(Uint8Array.from(atob(base64), byte => byte.charCodeAt(0)));
    modules.set(base64, module);
  }
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Functions;
}

/** Creates a memory of at least `bytes` bytes. Throws `RangeError` if the system has no more. */
export function memoryOf(bytes: number): WebAssembly.Memory {
  const pages = Math.ceil(bytes / 65_536);
  return new WebAssembly.Memory({ initial: pages, maximum: pages });
}

/** Returns the result of `make`, which needs kernels, or of `otherwise` if kernels are unavailable. */
export function byKernels<Made>(make: () => Made, otherwise: () => Made): Made {
  try {
    return make();
  } catch {
    // No WebAssembly, no SIMD, no memory, or a page whose policy forbids compiling it.
    return otherwise();
  }
}
