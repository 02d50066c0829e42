import type { Scorer } from '@murmuration/engine/inference/scorer';
import { scorerOf } from '@murmuration/engine/runtime/predict';
import * as tf from '@murmuration/engine/tfjs/tf';
import { type Recall, RecallCounter } from './recall.ts';
import { numberId, startId, type Vocabulary } from './vocabulary.ts';

/** Logits of one batch, at most: 32 MB. */
const maxLogits = 8e6;

/**
 * Top-1 and top-3 recall of the next word on held-out messages, each message by itself. Numbers are not scored. Gives way
 * to other work between batches.
 *
 * @param threads how many threads share the work, where they can; it gains while processors are idle.
 */
export async function recall(
  model: tf.LayersModel,
  vocabulary: Vocabulary,
  messages: readonly string[],
  threads = 1,
): Promise<Recall> {
  const counter = new RecallCounter();
  const scorer = await scorerOf(model, threads);
  const encoded = messages.map(message => vocabulary.encode(message)).filter(ids => ids.length > 0);
  // Messages of like length together, the longest first: hardly any padding, and the first one tells a batch's length.
  encoded.sort((a, b) => b.length - a.length);
  try {
    for (let from = 0; from < encoded.length; ) {
      const count = Math.max(1, Math.floor(maxLogits / (vocabulary.size * encoded[from]!.length)));
      score(scorer, encoded.slice(from, from + count), vocabulary.size, counter);
      from += count;
      await tf.nextFrame();
    }
  } finally {
    await scorer.close();
  }
  return counter.recall;
}

function score(scorer: Scorer, batch: readonly number[][], size: number, counter: RecallCounter): void {
  const steps = batch[0]!.length;
  const inputs = new Int32Array(batch.length * steps);
  const targets = new Int32Array(batch.length * steps);
  const positions: number[] = [];
  for (const [row, ids] of batch.entries()) {
    inputs.set([startId, ...ids.slice(0, -1)], row * steps);
    targets.set(ids, row * steps);
    for (const [step, id] of ids.entries()) if (id !== numberId) positions.push(row * steps + step);
  }
  scorer.score(inputs, { batch: batch.length, steps }, positions, (position, scores, offset) =>
    counter.add(scores, offset, size, targets[position]!),
  );
}
