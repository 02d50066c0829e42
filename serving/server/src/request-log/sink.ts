import type { LogEvent } from './event.ts';

/** Destination of request log events. */
export interface LogSink {
  /** Name for metrics: one of a few words, such as `files`. */
  readonly name: string;
  /**
   * Stores events in order, and returns how many, from the first on, it has stored. Rejects if it stored
   * none, with a `MurmurationError` that is not retryable if it would never take the same events. Only one
   * call runs at a time.
   */
  write(events: readonly LogEvent[]): Promise<number>;
  /** Ends what is under way; may be called again. */
  close(): Promise<void>;
}
