/** Cancels a pending call; calling it twice is harmless. */
export type Cancel = () => void;

/** Time as an argument: the system's in production, a virtual one in tests and simulations. */
export interface Clock {
  /** Milliseconds since 1970-01-01 UTC. */
  now(): number;
  /** Calls `wake` once when `time` (ms since 1970) has come, never before this call has returned. */
  at(time: number, wake: () => void): Cancel;
  /**
   * Milliseconds since an arbitrary moment, by a clock that can't be set and may stand still while the
   * machine sleeps. Present on clocks that can be set.
   */
  elapsed?(): number;
  /**
   * Milliseconds by which the machine's clock is ahead of this one; negative if it is behind. Present on
   * clocks that can't be set.
   */
  ahead?(): number;
}
