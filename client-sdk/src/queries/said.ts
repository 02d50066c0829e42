import type { TaskName } from '@murmuration/protocol/ids/ids';
import { textHash } from '@murmuration/protocol/queries/text-hash';
import type { Storage } from '../storage/storage.ts';

/** Most examples that the record tells apart: 196 kB. */
const maxExamples = 16_384;
const wholeBits = 32;

/** Copies of an example when an earlier chain was answered, and when this one was. */
type Copies = readonly [before: number, now: number];

/** Relation of an answer's chain to earlier ones. `read by others`: all current examples count as said. */
type Standing = 'begins' | 'goes on' | 'read by others';

/**
 * Record of the examples of a task that were said (SPEC.md, QY18): the number of copies of each, by
 * fingerprint, so that they may be reordered or deleted. If the record is full, fingerprints lose bits, and
 * examples with equal ones count as said.
 */
export class SaidExamples {
  readonly #storage: Storage;
  readonly #name: string;
  readonly #seed: number;

  /** Opens the record; `secret`: of this device only, for its fingerprints. */
  constructor(storage: Storage, task: TaskName, secret: Uint8Array) {
    this.#storage = storage;
    this.#name = `said.${task}`;
    this.#seed = new DataView(secret.buffer, secret.byteOffset).getUint32(0, true);
  }

  /**
   * Returns the examples that no earlier chain was about, and a function that
   * records, durably, that this one is.
   */
  async fresh(
    examples: readonly unknown[],
    standing: Standing,
  ): Promise<{ readonly fresh: unknown[]; readonly keep: () => Promise<void> }> {
    const kept = read(await this.#storage.get(this.#name));
    if (standing !== 'goes on')
      for (const [print, [, now]] of kept.copies) kept.copies.set(print, [now, now]);
    const seen = new Map<number, number>();
    const fresh: unknown[] = [];
    for (const example of examples) {
      const print = textHash(textOf(example), this.#seed) >>> (wholeBits - kept.bits);
      const copy = (seen.get(print) ?? 0) + 1;
      seen.set(print, copy);
      const [before] = kept.copies.get(print) ?? [0];
      if (kept.bits === wholeBits ? copy > before : before === 0) fresh.push(example);
    }
    for (const [print, many] of seen) {
      const [before, now] = kept.copies.get(print) ?? [0, 0];
      const most = Math.max(now, many);
      kept.copies.set(print, [standing === 'read by others' ? most : before, most]);
    }
    const bytes = written(kept);
    return {
      fresh: standing === 'read by others' ? [] : fresh,
      keep: () => this.#storage.put(this.#name, bytes),
    };
  }
}

interface Known {
  readonly bits: number;
  readonly copies: Map<number, Copies>;
}

/**
 * Reads the record: bits, then each fingerprint with its copies, as u32. A damaged record is empty; only the
 * device itself can damage it.
 */
function read(bytes: Uint8Array = new Uint8Array()): Known {
  const words = new Uint32Array(new Uint8Array(bytes).buffer, 0, bytes.length >> 2);
  const [bits = wholeBits] = words;
  const copies = new Map<number, Copies>();
  for (let at = 1; at + 2 < words.length; at += 3) copies.set(words[at]!, [words[at + 1]!, words[at + 2]!]);
  return { bits, copies };
}

function written(of: Known): Uint8Array {
  let { bits, copies } = of;
  while (copies.size > maxExamples) {
    const fewer = new Map<number, Copies>();
    for (const [print, [before, now]] of copies) {
      const [others, then] = fewer.get(print >>> 1) ?? [0, 0];
      fewer.set(print >>> 1, [others + before, then + now]);
    }
    bits -= 1;
    copies = fewer;
  }
  const words = Uint32Array.from([bits, ...[...copies].flatMap(([print, many]) => [print, ...many])]);
  return new Uint8Array(words.buffer);
}

/**
 * Returns a text that is the same for equal examples; those without JSON
 * share one, and only their number counts.
 */
function textOf(example: unknown): string {
  try {
    return JSON.stringify(example) ?? '';
  } catch {
    return '';
  }
}
