import type { ModelCache } from './model-cache.ts';

export type Models = Pick<ModelCache, keyof ModelCache>;

/** Returns the models of a cache that is opened on first use. */
export function openedLater(open: () => Promise<Models>): Models {
  return {
    inspect: async (...args) => (await open()).inspect(...args),
    load: async (...args) => (await open()).load(...args),
    loadServed: async (...args) => (await open()).loadServed(...args),
    borrow: async (...args) => (await open()).borrow(...args),
    pin: async (...args) => (await open()).pin(...args),
    loadNgrams: async (...args) => (await open()).loadNgrams(...args),
    named: async () => (await open()).named(),
    current: async (...args) => (await open()).current(...args),
  };
}
