/** Turns of the thread, as an argument. */
export interface Turns {
  /** Returns a monotonic time in ms, with fractions. */
  now(): number;
  /** Calls `run` after everything that has already arrived was read. */
  soon(run: () => void): void;
}
