import type { Tensor } from '@murmuration/inference-client/tensors/tensor';
import type { Transformer } from '@murmuration/serving/transformer/transformer';
import { firstWordId, paddingId, type Vocabulary } from './vocabulary.ts';

/** Number of words suggested for each text. */
const suggested = 3;
/** Most bytes of a text. */
const maxTypedBytes = 65_536;

const decoder = new TextDecoder('utf-8', { fatal: true });
const encoder = new TextEncoder();

/**
 * Transformer from texts to words: for each text, in the one input `text`, it returns the likeliest next
 * words and their probabilities among all words.
 *
 * @param encode gives the model's input for a text.
 */
export function keyboardTransformer(
  vocabulary: Vocabulary,
  encode: (text: string) => readonly number[],
): Transformer {
  return {
    inputs: [{ name: 'text', datatype: 'BYTES', shape: [-1] }],
    outputs: [
      { name: 'words', datatype: 'BYTES', shape: [-1, suggested] },
      { name: 'probabilities', datatype: 'FP32', shape: [-1, suggested] },
    ],
    input([text]) {
      const rows = textsOf(text).map(encode);
      const lengths = rows.map(({ length }) => length);
      const steps = Math.max(1, ...lengths);
      const data = new Int32Array(rows.length * steps).fill(paddingId);
      for (const [row, ids] of rows.entries()) data.set(ids, row * steps);
      return { inputs: [{ name: 'ids', datatype: 'INT32', shape: [rows.length, steps], data }], lengths };
    },
    output([scores]) {
      const rows = scores?.shape[0] ?? 0;
      const classes = scores?.shape.at(-1) ?? 0;
      const logits = scores?.data as Float32Array;
      const words: Uint8Array[] = [];
      const probabilities = new Float32Array(rows * suggested);
      for (let row = 0; row < rows; row++) {
        const own = logits.subarray(row * classes, (row + 1) * classes);
        for (const [place, { id, probability }] of likeliest(own).entries()) {
          words.push(encoder.encode(vocabulary.word(id) ?? ''));
          probabilities[row * suggested + place] = probability;
        }
      }
      const shape = [rows, suggested];
      return [
        { name: 'words', datatype: 'BYTES', shape, data: words },
        { name: 'probabilities', datatype: 'FP32', shape, data: probabilities },
      ];
    },
  };
}

function textsOf(text: Tensor | undefined): readonly string[] {
  return ((text?.data ?? []) as readonly Uint8Array[]).map(bytes => {
    if (bytes.length > maxTypedBytes)
      throw new RangeError(`A text has ${bytes.length} bytes; ${maxTypedBytes} are the most.`);
    try {
      return decoder.decode(bytes);
    } catch {
      throw new RangeError('A text is not valid UTF-8.');
    }
  });
}

/** Words of the highest logits, the highest first; of equal ones the smaller id goes first. */
function likeliest(logits: Float32Array): readonly { readonly id: number; readonly probability: number }[] {
  const best: number[] = [];
  let most = Number.NEGATIVE_INFINITY;
  for (let id = firstWordId; id < logits.length; id++) {
    const logit = logits[id] ?? Number.NEGATIVE_INFINITY;
    if (logit > most) most = logit;
    const last = best[suggested - 1];
    if (last !== undefined && !(logit > (logits[last] ?? 0))) continue;
    let place = best.length;
    while (place > 0 && logit > (logits[best[place - 1] ?? 0] ?? 0)) place--;
    best.splice(place, 0, id);
    best.length = Math.min(best.length, suggested);
  }
  let sum = 0;
  for (let id = firstWordId; id < logits.length; id++) sum += Math.exp((logits[id] ?? 0) - most);
  return best.map(id => ({ id, probability: Math.exp((logits[id] ?? 0) - most) / sum }));
}
