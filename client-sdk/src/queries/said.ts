import type { TaskName } from '@murmuration/protocol/ids/ids';
import { textHash } from '@murmuration/protocol/queries/text-hash';
import type { Storage } from '../storage/storage.ts';

/** Examples that are told apart in the record, at most: 196 kB. */
const mostKept = 16_384;
const wholeBits = 32;

/** How often an example was there when an earlier chain was answered, and when this one was. */
type Copies = readonly [before: number, now: number];

/** How the chain of an answer stands to those before it. `read by others`: what there is now counts as said. */
export type Standing = 'begins' | 'goes on' | 'read by others';

/**
 * What of the examples of a task was said (SPEC.md, QY18): of each how often it was there, by a fingerprint, so that they may come in any order, and go.
 * Of more than the record has room for, fingerprints lose bits, and what looks like one that was said counts as said.
 */
export class SaidExamples {
  readonly #storage: Storage;
  readonly #name: string;
  readonly #seed: number;

  /** `secret`: of this device alone, for its fingerprints. */
  constructor(storage: Storage, task: TaskName, secret: Uint8Array) {
    this.#storage = storage;
    this.#name = `said.${task}`;
    this.#seed = new DataView(secret.buffer, secret.byteOffset).getUint32(0, true);
  }

  /** Those of the examples that no chain before this one was about, and what keeps, durably, that this one is about them. */
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

/** Bits, then of each fingerprint its copies, as u32. A record that can't be read counts as none: nobody but the device itself can damage it. */
function read(bytes: Uint8Array = new Uint8Array()): Known {
  const words = new Uint32Array(new Uint8Array(bytes).buffer, 0, bytes.length >> 2);
  const [bits = wholeBits] = words;
  const copies = new Map<number, Copies>();
  for (let at = 1; at + 2 < words.length; at += 3) copies.set(words[at]!, [words[at + 1]!, words[at + 2]!]);
  return { bits, copies };
}

function written(of: Known): Uint8Array {
  let { bits, copies } = of;
  while (copies.size > mostKept) {
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

/** The same of equal examples; of what has no JSON always the same, so that these are told apart by how many there are. */
function textOf(example: unknown): string {
  try {
    return JSON.stringify(example) ?? '';
  } catch {
    return '';
  }
}
