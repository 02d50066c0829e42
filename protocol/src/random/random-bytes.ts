/** `length` bytes that nobody can predict: the operating system's generator, or a seeded one in tests. */
export type RandomBytes = (length: number) => Uint8Array;
