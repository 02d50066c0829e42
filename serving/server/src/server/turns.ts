/** Turns of the thread, as an argument. */
export interface Turns {
  /** ms, with fractions, that only go forward. */
  now(): number;
  /** Calls `run` once what has arrived by now was taken in. */
  soon(run: () => void): void;
}
