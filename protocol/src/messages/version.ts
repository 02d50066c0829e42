/** The version of everything in this package that crosses a wire; it grows with each change that an older peer can't read. */
export const protocolVersion = 2;
