/**
 * Returns `length` unpredictable bytes: from the operating system's generator, or from a seeded one in tests.
 */
export type RandomBytes = (length: number) => Uint8Array;
