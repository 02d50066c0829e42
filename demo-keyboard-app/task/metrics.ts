import * as tf from '@murmuration/engine/tf';
import { type Recall, RecallCounter } from './recall.ts';
import { numberId, startId, type Vocabulary } from './vocabulary.ts';

/** Logits of one batch, at most: 32 MB. */
const maxLogits = 8e6;

/**
 * Top-1 and top-3 recall of the next word on held-out messages, each message by itself. Numbers are not scored. Gives way
 * to other work between batches.
 */
export async function recall(
  model: tf.LayersModel,
  vocabulary: Vocabulary,
  messages: readonly string[],
): Promise<Recall> {
  const counter = new RecallCounter();
  const encoded = messages.map(message => vocabulary.encode(message)).filter(ids => ids.length > 0);
  // Messages of like length together, the longest first: hardly any padding, and the first one tells a batch's length.
  encoded.sort((a, b) => b.length - a.length);
  for (let from = 0; from < encoded.length; ) {
    const count = Math.max(1, Math.floor(maxLogits / (vocabulary.size * encoded[from]!.length)));
    await score(model, encoded.slice(from, from + count), vocabulary.size, counter);
    from += count;
  }
  return counter.recall;
}

async function score(
  model: tf.LayersModel,
  batch: readonly number[][],
  size: number,
  counter: RecallCounter,
): Promise<void> {
  const length = batch[0]!.length;
  const inputs = new Int32Array(batch.length * length);
  for (const [i, ids] of batch.entries()) inputs.set([startId, ...ids.slice(0, -1)], i * length);
  const logits = tf.tidy(
    () => model.apply(tf.tensor2d(inputs, [batch.length, length], 'int32')) as tf.Tensor,
  );
  const scores = await logits.data();
  logits.dispose();
  for (const [i, ids] of batch.entries()) {
    for (const [position, id] of ids.entries()) {
      if (id !== numberId) counter.add(scores, (i * length + position) * size, size, id);
    }
  }
}
