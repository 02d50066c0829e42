import { BoundedMap } from '@murmuration/protocol/time/bounded-map';
import type { Clock } from '@murmuration/protocol/time/clock';

/** Maximum number of kept answers. */
const maxAnswers = 128;
/** Milliseconds after which an answer is made again even if no change is known. */
const fresh = 2_000;

interface Kept {
  readonly answer: Promise<Uint8Array>;
  readonly madeAt: number;
}

/** Public answers that are requested repeatedly, each made once, as JSON, until something changes. */
export class AnswerCache {
  readonly #clock: Clock;
  /** Drops the least recently requested first. */
  readonly #kept = new BoundedMap<string, Kept>(maxAnswers);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Returns the answer for `key`, calling `make` if none is kept; a failure is not kept. */
  of(key: string, make: () => Promise<object>): Promise<Uint8Array> {
    const now = this.#clock.now();
    const found = this.#kept.get(key);
    const isFresh = found !== undefined && found.madeAt <= now && now < found.madeAt + fresh;
    const kept = isFresh ? found : { answer: make().then(toJson), madeAt: now };
    this.#kept.set(key, kept);
    if (!isFresh)
      kept.answer.catch(() => {
        if (this.#kept.get(key) === kept) this.#kept.delete(key);
      });
    return kept.answer;
  }

  /** Drops all answers, because something changed. */
  clear(): void {
    this.#kept.clear();
  }
}

function toJson(value: object): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}
