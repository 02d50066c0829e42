import { type LogLine, type LogLineLevel, logLineLevels } from '@murmuration/api/log';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { DestinationStream } from 'pino';

/** Maximum number of lines kept. */
const mostLines = 1_000;
/** Maximum number of characters of all lines together. */
const maxLogLength = 1 << 19;
/** Maximum number of fields kept of a line, and of characters of each. */
const maxLineFields = 30;
const longestField = 2_000;

/**
 * Newest lines of the log, at info and above, in memory, with times of the coordinator's clock like
 * everything that pages show. It is a destination of the log, so its lines have no secrets.
 */
export class RecentLog implements DestinationStream {
  /** Start time of the coordinator, in ISO 8601; line numbers begin again with each start. */
  readonly run: string;
  #lines: LogLine[] = [];
  #sizes: number[] = [];
  #characters = 0;
  #newest = 0;
  readonly #clock: Pick<Clock, 'now'>;
  /** Called after each line is stored. */
  written: () => void = () => {};

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
    this.run = this.#time();
  }

  /** Number of the newest line; 0 if there is none. */
  get newest(): number {
    return this.#newest;
  }

  /** Returns the lines with greater numbers, oldest first. */
  after(number: number): readonly LogLine[] {
    const first = this.#newest - this.#lines.length + 1;
    return this.#lines.slice(Math.max(0, number + 1 - first));
  }

  /** Stores a line as pino writes it: JSON with `level` and `msg`. */
  write(text: string): void {
    const { time: _, level, msg, pid: __, hostname: ___, ...rest } = JSON.parse(text);
    if (!logLineLevels.includes(level)) return;
    const fields = Object.fromEntries(
      Object.entries(rest)
        .filter(([, value]) => value !== null)
        .slice(0, maxLineFields)
        .map(([name, value]) => [name, cut(textOf(value))]),
    );
    this.#newest += 1;
    const line = {
      number: this.#newest,
      time: this.#time(),
      level: level as LogLineLevel,
      message: cut(msg ?? ''),
      fields,
    };
    const size = JSON.stringify(line).length;
    this.#lines.push(line);
    this.#sizes.push(size);
    this.#characters += size;
    while (this.#lines.length > mostLines || (this.#characters > maxLogLength && this.#lines.length > 1)) {
      this.#lines.shift();
      this.#characters -= this.#sizes.shift() ?? 0;
    }
    this.written();
  }

  #time(): string {
    return new Date(this.#clock.now()).toISOString();
  }
}

/** Returns a field's text; for an error its stack, which begins with its message. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const { stack } = value as { readonly stack?: unknown };
  return typeof stack === 'string' ? stack : JSON.stringify(value);
}

function cut(text: string): string {
  return text.length > longestField ? `${text.slice(0, longestField)}…` : text;
}
