import { BoundedMap } from '@murmuration/protocol/time/bounded-map';
import type { Clock } from '@murmuration/protocol/time/clock';

/** Answers that are kept at most. */
const most = 128;
/** ms after which an answer is made anew, whatever is known to have changed. */
const fresh = 2_000;

interface Kept {
  readonly answer: Promise<Uint8Array>;
  readonly madeAt: number;
}

/** Answers that anybody may ask for again and again, each made once, as JSON, until something changes. */
export class AnswerCache {
  readonly #clock: Clock;
  /** The least recently asked for first. */
  readonly #kept = new BoundedMap<string, Kept>(most);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The answer called `key`, which `make` makes where none is kept; one that could not be made is not kept. */
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

  /** Forgets all: something changed. */
  clear(): void {
    this.#kept.clear();
  }
}

function toJson(value: object): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}
