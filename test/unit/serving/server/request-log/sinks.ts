import type { LogEvent } from '@murmuration/serving/request-log/event';
import type { LogSink } from '@murmuration/serving/request-log/sink';

/** Keeps what it is given. */
export class KeepingSink implements LogSink {
  readonly name: string;
  readonly batches: (readonly LogEvent[])[] = [];
  isClosed = false;

  constructor(name = 'keeping') {
    this.name = name;
  }

  get events(): readonly LogEvent[] {
    return this.batches.flat();
  }

  async write(events: readonly LogEvent[]): Promise<number> {
    this.batches.push(events);
    return events.length;
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }
}

/** Fails until it is told otherwise. */
export class FailingSink extends KeepingSink {
  error: Error | null;
  attempts = 0;

  constructor(error: Error) {
    super('failing');
    this.error = error;
  }

  override async write(events: readonly LogEvent[]): Promise<number> {
    this.attempts += 1;
    if (this.error) throw this.error;
    return super.write(events);
  }
}

/** Never answers. */
export class SilentSink extends KeepingSink {
  constructor() {
    super('silent');
  }

  override write(): Promise<number> {
    return new Promise(() => {});
  }

  override close(): Promise<void> {
    return new Promise(() => {});
  }
}
