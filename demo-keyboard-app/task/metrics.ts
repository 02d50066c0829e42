import type { Scorer } from '@murmuration/engine/inference/scorer';
import { scorerOf } from '@murmuration/engine/runtime/predict';
import * as tf from '@murmuration/engine/tfjs/tf';
import { type Recall, RecallCounter } from './recall.ts';
import { numberId, startId, type Vocabulary } from './vocabulary.ts';

/** Most logits of one batch: 32 MB. */
const maxLogits = 8e6;

/**
 * Receives the scores of all ids at one position of a message: those of the vocabulary begin at `offset` in
 * `scores`, and are valid only during the call.
 */
export type VisitScores = (
  scores: Float32Array,
  offset: number,
  asked: { readonly message: number; readonly ids: readonly number[]; readonly position: number },
) => void;

/**
 * Measures top-1 and top-3 recall of the next word on held-out messages, each message separately. Numbers are
 * not scored. Other tasks run between batches.
 *
 * @param threads number of threads that share the work, where possible; more help while processors are idle.
 */
export async function recall(
  model: tf.LayersModel,
  vocabulary: Vocabulary,
  messages: readonly string[],
  threads = 1,
): Promise<Recall> {
  const counter = new RecallCounter();
  await visitScores(
    model,
    vocabulary,
    messages,
    (scores, offset, { ids, position }) => counter.add(scores, offset, vocabulary.size, ids[position]!),
    threads,
  );
  return counter.recall;
}

/**
 * Scores each word of held-out messages, except numbers, in any order; `asked` has the index of the
 * `message`, its `ids` and the word's position among them. Threads as for `recall`.
 */
export async function visitScores(
  model: tf.LayersModel,
  vocabulary: Vocabulary,
  messages: readonly string[],
  visit: VisitScores,
  threads = 1,
): Promise<void> {
  const scorer = await scorerOf(model, threads);
  const encoded = messages
    .map((message, i) => ({ message: i, ids: vocabulary.encode(message) }))
    .filter(({ ids }) => ids.length > 0);
  // Sorts messages by length, the longest first: little padding, and the first one of a batch tells its
  // length.
  encoded.sort((a, b) => b.ids.length - a.ids.length);
  try {
    for (let from = 0; from < encoded.length; ) {
      const count = Math.max(1, Math.floor(maxLogits / (vocabulary.size * encoded[from]!.ids.length)));
      score(scorer, encoded.slice(from, from + count), visit);
      from += count;
      await tf.nextFrame();
    }
  } finally {
    await scorer.close();
  }
}

interface Encoded {
  readonly message: number;
  readonly ids: readonly number[];
}

function score(scorer: Scorer, batch: readonly Encoded[], visit: VisitScores): void {
  const steps = batch[0]!.ids.length;
  const inputs = new Int32Array(batch.length * steps);
  const positions: number[] = [];
  for (const [row, { ids }] of batch.entries()) {
    inputs.set([startId, ...ids.slice(0, -1)], row * steps);
    for (const [step, id] of ids.entries()) if (id !== numberId) positions.push(row * steps + step);
  }
  scorer.score(inputs, { batch: batch.length, steps }, positions, (at, scores, offset) =>
    visit(scores, offset, { ...batch[Math.floor(at / steps)]!, position: at % steps }),
  );
}
