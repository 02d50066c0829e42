import type { Serving } from '@murmuration/engine/inference/serving';

/** Share of a device's examples that the personal models don't learn while λ is chosen. */
const share = 0.2;

/**
 * True if the first copy of an example is held out. Depends only on what the example asks of a model, so it
 * is the same on each day and after each restart.
 */
export function isHeldOut(example: unknown, serving: Serving<unknown>): boolean {
  return isOutBy(askedHash(example, serving));
}

/**
 * One copy in five of a repeated example is held out, the third one first, when two are there to learn from.
 */
const everyCopy = 5;
const firstCopy = 2;

/**
 * Splits examples into held-out and training ones. The first copy of an example is on one side by what it
 * asks (`isHeldOut`). Repeats count, too: one copy in five is held out, since the person will write it again,
 * and a personal model that knows it is right to be used then.
 */
export class ExampleSplit {
  readonly heldOut: unknown[] = [];
  readonly training: unknown[] = [];
  readonly #serving: Serving<unknown>;
  /** Number of copies so far, by hash of what an example asks. */
  readonly #seen = new Map<number, number>();

  constructor(serving: Serving<unknown>) {
    this.#serving = serving;
  }

  /** Adds the next example, in order. */
  add(example: unknown): void {
    const hash = askedHash(example, this.#serving);
    const copy = this.#seen.get(hash) ?? 0;
    this.#seen.set(hash, copy + 1);
    const isOut = copy === 0 ? isOutBy(hash) : copy % everyCopy === firstCopy;
    (isOut ? this.heldOut : this.training).push(example);
  }
}

function askedHash(example: unknown, serving: Serving<unknown>): number {
  const { input, targets } = serving.questions(example);
  const values = Float64Array.from([...input, ...targets.map(target => target.class)]);
  return hashOf(new Uint8Array(values.buffer));
}

function isOutBy(hash: number): boolean {
  return hash < share * 2 ** 32;
}

/** Returns FNV-1a, 32 bits, with the finaliser of MurmurHash3: without it short inputs share high bits. */
function hashOf(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
