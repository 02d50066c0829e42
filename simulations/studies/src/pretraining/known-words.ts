import { firstWordId } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { type Layout, sizeOf } from '@murmuration/protocol/weights/layout';

/** Keyboard model and its words. */
interface KnownWords {
  readonly words: readonly string[];
  readonly layout: Layout;
  readonly weights: Float32Array;
}

/** Share of the words, the rarest ones, whose mean initialises an unseen word. */
const rareWordShare = 0.1;

/**
 * Converts weights to a model of the same widths with another vocabulary: words that both know keep their
 * embedding and output, new ones begin as the mean of the rarest, and everything else stays. `words` of
 * `from` go from frequent to rare.
 * @throws `model.unusable` if a tensor of one has no counterpart in the other
 */
export function withWords(from: KnownWords, to: Pick<KnownWords, 'words' | 'layout'>): Float32Array {
  const [ids, newIds] = [from.words, to.words].map(words => firstWordId + words.length) as [number, number];
  const old = new Map(from.words.map((word, i) => [word, firstWordId + i]));
  const source = [
    ...Array.from({ length: firstWordId }, (_, special) => special),
    ...to.words.map(word => old.get(word)),
  ];
  const rarest = Math.max(1, Math.round(rareWordShare * from.words.length));
  const weights = new Float32Array(to.layout.count);
  let at = 0;
  let place = 0;
  for (const [i, { name, shape }] of to.layout.tensors.entries()) {
    const before = from.layout.tensors[i];
    const axis = axisOfIds(name, shape.length);
    const isSame = (length: number, each: number) =>
      each === axis ? length === newIds && before?.shape[each] === ids : length === before?.shape[each];
    if (before?.name !== name || before.shape.length !== shape.length || !shape.every(isSame))
      throw new MurmurationError(
        'model.unusable',
        `The tensor ${name} is not one of the model that knows other words.`,
      );
    const values = from.weights.subarray(at, at + sizeOf(before.shape));
    weights.set(
      axis < 0 ? values : chosen(values, sizeOf(before.shape.slice(axis + 1)), ids, source, rarest),
      place,
    );
    at += values.length;
    place += sizeOf(shape);
  }
  return weights;
}

/**
 * Returns the axis of a tensor with a place for each id: the first one of the embedding, the last one of the
 * output; −1: none.
 */
function axisOfIds(name: string, axes: number): number {
  if (name.startsWith('embedding/')) return 0;
  return name.startsWith('logits/') ? axes - 1 : -1;
}

/**
 * Picks the rows that `source` names from an axis of `ids` rows of `width` values; the mean of the last
 * `rarest` rows for undefined.
 */
function chosen(
  values: Float32Array,
  width: number,
  ids: number,
  source: readonly (number | undefined)[],
  rarest: number,
): Float32Array {
  const outer = values.length / (ids * width);
  const found = new Float32Array(outer * source.length * width);
  for (let block = 0; block < outer; block++) {
    const rows = values.subarray(block * ids * width, (block + 1) * ids * width);
    const mean = meanOf(rows.subarray((ids - rarest) * width), width);
    for (const [row, id] of source.entries())
      found.set(
        id === undefined ? mean : rows.subarray(id * width, (id + 1) * width),
        (block * source.length + row) * width,
      );
  }
  return found;
}

function meanOf(rows: Float32Array, width: number): Float32Array {
  const mean = new Float32Array(width);
  for (const [i, value] of rows.entries()) mean[i % width]! += (value * width) / rows.length;
  return mean;
}
