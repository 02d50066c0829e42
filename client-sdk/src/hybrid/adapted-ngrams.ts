import type { Serving } from '@murmuration/engine/inference/serving';
import { ByteReader, ByteWriter } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { type Factors, openNgrams } from './open-ngrams.ts';
import type { PersonalModel } from './personal.ts';
import { inTurns } from './turns.ts';

export interface AdaptedNgramsOptions {
  /** Weight of the version's frequencies, as a number of seen classes; above 0. @default 200 */
  readonly prior?: number;
  /** Exponent of the adaptation, from 0 (none) to 1 (full). @default 0.5 */
  readonly power?: number;
}

/**
 * Returns the version's n-grams adapted to how often each class occurs on this device: P(w | h) times (P
 * here(w) / P(w))^power, scaled to the sum 1 (dynamic marginals: Kneser, Peters and Klakow 1997). Frequent
 * words of this device become likelier in every context where the version allows them, also new ones.
 * Replaces `sharedNgrams`, and counts as personal. A version without n-grams keeps those of the previous
 * version in use. Throws `RangeError` for options out of range.
 */
export function adaptedNgrams({ prior = 200, power = 0.5 }: AdaptedNgramsOptions = {}): PersonalModel {
  if (!(prior > 0 && prior < Number.POSITIVE_INFINITY))
    throw new RangeError(`prior is ${prior}, not above 0.`);
  if (!(power >= 0 && power <= 1)) throw new RangeError(`power is ${power}, not from 0 to 1.`);
  return {
    name: 'adapted-ngrams',
    needsGlobal: true,
    async learn({ examples, global, previous, signal }, { serving }) {
      const file = global?.ngrams ?? (previous && partsOf(previous, serving).file);
      if (!file) return null;
      const counts = new Float64Array(serving.classes);
      await inTurns(examples, signal, example => {
        for (const { class: id } of serving.questions(example).targets) counts[id] = counts[id]! + 1;
      });
      return encode(counts, file);
    },
    async open(bytes, _, { serving }) {
      const { counts, file } = partsOf(bytes, serving);
      return openNgrams(file, serving, factorsOf(counts, { prior, power }));
    },
  };
}

function factorsOf(counts: Float64Array, { prior, power }: Required<AdaptedNgramsOptions>): Factors {
  const all = counts.reduce((sum, count) => sum + count, 0);
  return frequencies =>
    frequencies.map((frequency, id) =>
      frequency > 0 ? ((counts[id]! / frequency + prior) / (all + prior)) ** power : 0,
    );
}

/** Encodes the number of classes seen here, each with its count, and the file of n-grams. */
function encode(counts: Float64Array, file: Uint8Array): Uint8Array {
  const ids = Array.from(counts.keys()).filter(id => counts[id]! > 0);
  const writer = new ByteWriter(4 + 8 * ids.length + file.length);
  writer.u32(ids.length);
  for (const id of ids) writer.u32(id).u32(counts[id]!);
  return writer.raw(file).bytes;
}

/** Decodes what `encode` wrote. Throws `hybrid.damaged` for other bytes. */
function partsOf(
  bytes: Uint8Array,
  { classes, firstClass }: Serving<unknown>,
): { readonly counts: Float64Array; readonly file: Uint8Array } {
  const counts = new Float64Array(classes);
  try {
    const reader = new ByteReader(bytes);
    for (let left = reader.u32(); left > 0; left--) {
      const [id, count] = [reader.u32(), reader.u32()];
      if (id < firstClass || id >= classes) throw new RangeError(`It counts the class ${id}.`);
      counts[id] = count;
    }
    return { counts, file: reader.raw(reader.remaining) };
  } catch (cause) {
    throw new MurmurationError('hybrid.damaged', 'The counts beside the n-grams are not those of the task.', {
      cause,
    });
  }
}
