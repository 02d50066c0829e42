/** Loads a module once; one that failed to load is loaded anew at the next call. */
function once<Module>(load: () => Promise<Module>): () => Promise<Module> {
  let loading: Promise<Module> | undefined;
  return () => {
    loading ??= load().catch(error => {
      loading = undefined;
      throw error;
    });
    return loading;
  };
}

/** The part of a device whose steps are corrected. */
export const loadControlledPart = once(() => import('./controlled-part.ts'));

/** The part of a device that sends some of the values of its update. */
export const loadCompressedPart = once(() => import('./compressed-part.ts'));

/** The part of a device that trains for masked buffers, and brings what it learned into one. */
export const loadBufferedPart = once(() => import('./buffered-part.ts'));
