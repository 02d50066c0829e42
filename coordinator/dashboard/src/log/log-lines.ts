import type { LogLine, LogLines } from '@murmuration/api/log';
import { effect, type ReadonlySignal, signal } from '@preact/signals';
import type { Feed } from '../live/feed.ts';
import { type ApiRefusal, asRefusal } from '../requests/refusal.ts';
import type { Requests } from '../requests/requests.ts';

/** Most lines that are shown. */
const maxLines = 2_000;

/** Known lines of the coordinator's log: those requested, and those from the feed. */
export class LiveLog {
  readonly #requests: Requests;
  readonly #lines = signal<readonly LogLine[] | undefined>(undefined);
  readonly #refusal = signal<ApiRefusal | undefined>(undefined);
  /** Id of the coordinator's start that the lines belong to. */
  #run = '';
  #isAsking = false;
  #isStale = false;

  constructor(requests: Requests) {
    this.#requests = requests;
  }

  /** Lines, oldest first; undefined until they are loaded. */
  get lines(): ReadonlySignal<readonly LogLine[] | undefined> {
    return this.#lines;
  }

  get refusal(): ReadonlySignal<ApiRefusal | undefined> {
    return this.#refusal;
  }

  /** Requests the missing lines. */
  async load(): Promise<void> {
    this.#isStale = true;
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      while (this.#isStale) {
        this.#isStale = false;
        const after = this.#newest;
        const { run, lines } = await this.#requests.get<LogLines>(`log?after=${after}`);
        if (run !== this.#run && after > 0) this.#begin(run);
        else this.#append(lines);
        this.#run = run;
      }
      this.#refusal.value = undefined;
    } catch (error) {
      this.#refusal.value = asRefusal(error);
    }
    this.#isAsking = false;
  }

  /** Takes lines from the feed, and requests those it has missed, until the returned function is called. */
  follow(feed: Feed): () => void {
    const stopLines = feed.onLog(news => this.#hear(news));
    const stopConnection = effect(() => {
      if (feed.connection.value === 'live') void this.load();
    });
    return () => {
      stopLines();
      stopConnection();
    };
  }

  get #newest(): number {
    return this.#lines.peek()?.at(-1)?.number ?? 0;
  }

  #hear({ run, lines }: LogLines): void {
    const [first] = lines;
    if (!first) return;
    if (run !== this.#run) this.#begin(run);
    // Lines in between were not sent, or have not been requested yet.
    if (first.number > this.#newest + 1) void this.load();
    else this.#append(lines);
  }

  /** Begins again after a restart of the coordinator, whose line numbers begin again. */
  #begin(run: string): void {
    this.#run = run;
    this.#lines.value = undefined;
    this.#isStale = true;
  }

  #append(lines: readonly LogLine[]): void {
    const newest = this.#newest;
    const fresh = lines.filter(({ number }) => number > newest);
    this.#lines.value = [...(this.#lines.peek() ?? []), ...fresh].slice(-maxLines);
  }
}

/** Returns lines of this level or a worse one that contain the text, in any case; newest first. */
export function matching(
  lines: readonly LogLine[],
  level: LogLine['level'],
  text: string,
): readonly LogLine[] {
  const wanted = text.trim().toLowerCase();
  const least = severity[level];
  return lines
    .filter(
      line =>
        severity[line.level] >= least &&
        (wanted === '' ||
          [line.message, ...Object.entries(line.fields).flat()].some(each =>
            each.toLowerCase().includes(wanted),
          )),
    )
    .toReversed();
}

const severity = { info: 0, warn: 1, error: 2 } satisfies Record<LogLine['level'], number>;
