/**
 * Version of everything in this package that crosses a wire; grows with each change that an older peer can't
 * read.
 */
export const protocolVersion = 2;
