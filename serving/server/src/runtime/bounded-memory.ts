const page = 65_536;

/**
 * Limits the total growth of all WebAssembly memory in this thread to `bytes`. Growth is counted forever,
 * since an instance returns memory only when it is gone. Returns a function that tells if growth was refused
 * since its last call.
 */
export function boundMemory(bytes: number): () => boolean {
  const { prototype } = WebAssembly.Memory;
  const { grow } = prototype;
  let left = bytes;
  let wasRefused = false;
  prototype.grow = function (pages) {
    if (pages * page > left) {
      wasRefused = true;
      throw new RangeError(`No more than ${bytes} bytes of memory are for models here.`);
    }
    const before = grow.call(this, pages);
    left -= pages * page;
    return before;
  };
  return () => {
    const refused = wasRefused;
    wasRefused = false;
    return refused;
  };
}
