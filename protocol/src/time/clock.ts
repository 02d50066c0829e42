/** Cancels what it was returned for; calling it twice is harmless. */
export type Cancel = () => void;

/** Time as an argument: the system's in production, a virtual one in tests and simulations. */
export interface Clock {
  /** Milliseconds since 1970-01-01 UTC. */
  now(): number;
  /** Calls `wake` once when `time` (ms since 1970) has come, never before this call has returned. */
  at(time: number, wake: () => void): Cancel;
  /**
   * Of a clock that can be set: ms since whenever, by one that nobody can set, and which may stand still while the machine sleeps.
   */
  elapsed?(): number;
  /** Of a clock that nobody can set: ms by which the machine's own is ahead of it by now; negative where it is behind. */
  ahead?(): number;
}
