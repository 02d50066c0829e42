import type { Serving } from '@murmuration/engine/inference/serving';

/** Share of a device's examples that is unknown to the personal models among which λ is chosen. */
const share = 0.2;

/**
 * Whether an example is held out the first time that it is there. It follows from what the example asks of a model alone: the same on each
 * day and after each restart.
 */
export function isHeldOut(example: unknown, serving: Serving<unknown>): boolean {
  return isOutBy(askedHash(example, serving));
}

/** Of the copies of an example, one of so many is held out: the third writing of it first, once two are there to learn from. */
const everyCopy = 5;
const firstCopy = 2;

/**
 * The examples that are held out, and those to learn from. What comes the first time is on one side by what it asks (`isHeldOut`); what is
 * repeated counts as well: of its copies, one of five is held out, since the person will write it again, and a personal model that
 * knows it is right to be used then.
 */
export class ExampleSplit {
  readonly heldOut: unknown[] = [];
  readonly training: unknown[] = [];
  readonly #serving: Serving<unknown>;
  /** How often each example was there, by the hash of what it asks. */
  readonly #seen = new Map<number, number>();

  constructor(serving: Serving<unknown>) {
    this.#serving = serving;
  }

  /** Takes the next example, in their order. */
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

/** FNV-1a, 32 bits, with the finaliser of MurmurHash3, without which short inputs leave the high bits alike. */
function hashOf(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
