const page = 65_536;

/**
 * Lets all WebAssembly of this thread grow by so many bytes together, and no further, whatever it asks for. Memory is counted as grown for ever, since no instance gives any back before it is gone.
 */
export function boundMemory(bytes: number): { readonly wasRefused: boolean } {
  const { prototype } = WebAssembly.Memory;
  const { grow } = prototype;
  let left = bytes;
  const wasRefused = false;
  prototype.grow = function (pages) {
    if (pages * page > left)
      throw new RangeError(`No more than ${bytes} bytes of memory are for models here.`);
    const before = grow.call(this, pages);
    left -= pages * page;
    return before;
  };
  return {
    get wasRefused() {
      return wasRefused;
    },
  };
}
