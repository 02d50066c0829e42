import type { LogEvent } from './event.ts';

/** Where events of the request log go. */
export interface LogSink {
  /** For metrics: one of a few words, such as `files`. */
  readonly name: string;
  /**
   * Stores events in their order, and says how many of them, from the first on, it has. Rejects where it has none; with a
   * `MurmurationError` that is not retryable where the same events would never be taken. One call at a time.
   */
  write(events: readonly LogEvent[]): Promise<number>;
  /** Ends what is under way; closing twice is harmless. */
  close(): Promise<void>;
}
