const modules = new Map<string, WebAssembly.Module>();

/**
 * The functions of a WebAssembly module, in base64, over a memory. Compiled at once, the first time that a thread asks for it.
 * Throws where the platform has no WebAssembly or no SIMD, or where a page's policy forbids to compile it.
 */
export function instantiate<Functions>(base64: string, memory: WebAssembly.Memory): Functions {
  let module = modules.get(base64);
  if (!module) {
    module = new WebAssembly.Module(Uint8Array.from(atob(base64), byte => byte.charCodeAt(0)));
    modules.set(base64, module);
  }
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Functions;
}

/** A memory of at least so many bytes. Throws `RangeError` where the system has no more. */
export function memoryOf(bytes: number): WebAssembly.Memory {
  const pages = Math.ceil(bytes / 65_536);
  return new WebAssembly.Memory({ initial: pages, maximum: pages });
}

/** What `make` makes by kernels, or what `otherwise` does without, on platforms where they can't be had. */
export function byKernels<Made>(make: () => Made, otherwise: () => Made): Made {
  try {
    return make();
  } catch {
    // No WebAssembly, no SIMD, no memory, or a page whose policy forbids to compile it.
    return otherwise();
  }
}
