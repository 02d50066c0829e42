import { BoundedMap } from '@murmuration/protocol/time/bounded-map';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { InferenceEvents } from '../server/events.ts';
import { Latencies } from './latencies.ts';

/** Milliseconds of a span in which requests are counted together, and number of spans kept. */
const minuteMs = 60_000;
const maxMinutes = 60;
/** Maximum versions whose requests are counted; the least recently used are forgotten first. */
const maxCountedVersions = 1_000;
const mostRecent = 50;

/** Sums of one span, for one version or several. */
export interface SpanSums {
  /** Start of the span, ms since 1970. */
  readonly at: number;
  readonly requests: number;
  readonly errors: number;
  /** Milliseconds within which 50 %, and 99 %, of requests were answered; null without any. */
  readonly p50: number | null;
  readonly p99: number | null;
}

/** Sums of a version over the last hour. */
export interface VersionSums extends Omit<SpanSums, 'at'> {
  /** Mean ms that an answered request waited for the model. */
  readonly queue: number | null;
  /** Mean rows that ran together. */
  readonly batch: number | null;
  /** Requests per second over the last whole minute. */
  readonly perSecond: number;
}

/** Finished request, without its content or its asker. */
export interface EndedRequest {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly model: string;
  /** Version; empty if none was found. */
  readonly version: string;
  readonly protocol: string;
  /** `ok`, or the code of an error. */
  readonly code: string;
  readonly ms: number;
}

class Sums {
  readonly at: number;
  readonly latencies = new Latencies();
  requests = 0;
  errors = 0;
  answered = 0;
  queueMs = 0;
  rows = 0;
  executions = 0;

  constructor(at: number) {
    this.at = at;
  }

  merge(other: Sums): void {
    this.latencies.merge(other.latencies);
    this.requests += other.requests;
    this.errors += other.errors;
    this.answered += other.answered;
    this.queueMs += other.queueMs;
    this.rows += other.rows;
    this.executions += other.executions;
  }

  get shown(): SpanSums {
    const { at, requests, errors, latencies } = this;
    return { at, requests, errors, p50: latencies.quantile(0.5), p99: latencies.quantile(0.99) };
  }
}

/** Activity of an inference server in the last hour: sums by minute and version, and the newest requests. */
export class InferenceActivity {
  readonly #clock: Clock;
  /** Sums by version, the least recently used first. */
  readonly #versions = new BoundedMap<string, Sums[]>(maxCountedVersions);
  readonly #recent: EndedRequest[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Event handlers for the observed server. */
  get events(): InferenceEvents {
    return {
      answered: ({ model, version, protocol, error, ms, queueMs }) => {
        const code = error?.code ?? 'ok';
        this.#recent.push({ at: this.#clock.now(), model, version, protocol, code, ms });
        if (this.#recent.length > mostRecent) this.#recent.shift();
        // The name of a model that does not exist can be anything.
        if (version !== '') {
          const sums = this.#sums(model, version);
          sums.requests += 1;
          sums.latencies.add(ms);
          if (error) sums.errors += 1;
          else {
            sums.answered += 1;
            sums.queueMs += queueMs;
          }
        }
      },
      executed: ({ name, version }, rows) => {
        const sums = this.#sums(name, version);
        sums.executions += 1;
        sums.rows += rows;
      },
    };
  }

  /** Newest requests, the newest first. */
  get recent(): readonly EndedRequest[] {
    return this.#recent.toReversed();
  }

  /** Returns the sums of a version over the last hour. */
  of(model: string, version: string): VersionSums {
    const now = this.#clock.now();
    const kept = this.#kept(this.#versions.get(keyOf(model, version)) ?? [], now);
    const all = new Sums(0);
    for (const each of kept) all.merge(each);
    const last = kept.find(({ at }) => at === startOf(now) - minuteMs);
    const { at: _, ...shown } = all.shown;
    return {
      ...shown,
      queue: all.answered > 0 ? all.queueMs / all.answered : null,
      batch: all.executions > 0 ? all.rows / all.executions : null,
      perSecond: (last?.requests ?? 0) / (minuteMs / 1_000),
    };
  }

  /**
   * Returns the sums of each minute of the last hour, the oldest first, of one model or of all; includes
   * minutes without requests.
   */
  minutes(model?: string): readonly SpanSums[] {
    const now = this.#clock.now();
    const first = startOf(now) - (maxMinutes - 1) * minuteMs;
    const minutes = Array.from({ length: maxMinutes }, (_, index) => new Sums(first + index * minuteMs));
    for (const [key, sums] of this.#versions) {
      if (model !== undefined && !key.startsWith(`${model}\n`)) continue;
      for (const each of this.#kept(sums, now)) minutes[(each.at - first) / minuteMs]?.merge(each);
    }
    return minutes.map(({ shown }) => shown);
  }

  #sums(model: string, version: string): Sums {
    const key = keyOf(model, version);
    const now = this.#clock.now();
    const at = startOf(now);
    const kept = this.#versions.get(key) ?? [];
    const last = kept.at(-1);
    // If the clock is set back, counting continues in the newest span.
    if (last && last.at >= at) return last;
    const sums = new Sums(at);
    const all = this.#kept([...kept, sums], now);
    this.#versions.set(key, all);
    return sums;
  }

  #kept(sums: readonly Sums[], now: number): Sums[] {
    const first = startOf(now) - (maxMinutes - 1) * minuteMs;
    return sums.filter(({ at }) => at >= first);
  }
}

function startOf(now: number): number {
  return Math.floor(now / minuteMs) * minuteMs;
}

function keyOf(model: string, version: string): string {
  return `${model}\n${version}`;
}
