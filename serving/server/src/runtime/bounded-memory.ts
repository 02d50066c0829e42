const page = 65_536;

/**
 * Lets all WebAssembly of this thread grow by so many bytes together, and no further, whatever it asks for. What was grown counts for ever, since
 * no instance gives memory back before it is gone. Returns what tells whether it was refused any since that was last asked.
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
