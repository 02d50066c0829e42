import { nextWordModel } from '@murmuration/demo-keyboard-app/task/model';
import { nextWord } from '@murmuration/demo-keyboard-app/task/objective';
import { startId, Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { startBackend } from '@murmuration/engine/backend/backend';
import * as tf from '@murmuration/engine/tfjs/tf';
import { beforeAll, describe, expect, it } from 'vitest';

beforeAll(async () => {
  await startBackend();
});

const vocabulary = new Vocabulary(['a', 'b', 'c', 'd']);
const objective = nextWord(vocabulary);
const model = () => nextWordModel({ vocabulary: vocabulary.size, embedding: 4, gru: 6, dense: null }, 1);

/** Mean of −ln p(word | words before it) over the known words of one message, from the model's own softmax. */
function meanSurprise(of: tf.LayersModel, message: string): number {
  const ids = vocabulary.encode(message);
  const inputs = tf.tensor2d([[startId, ...ids.slice(0, -1)]], undefined, 'int32');
  const rows = tf.softmax(of.predict(inputs) as tf.Tensor3D).arraySync()[0]!;
  const known = [...ids.entries()].filter(([, id]) => vocabulary.word(id) !== undefined);
  return known.reduce((sum, [i, id]) => sum - Math.log(rows[i]![id]!), 0) / known.length;
}

/** Loss of all rows of the messages in one batch. */
function lossOf(of: tf.LayersModel, messages: string[]): number {
  return tf.tidy(() => {
    const rows = objective.encode(messages);
    return objective
      .loss(of, rows.batch(Uint32Array.from({ length: rows.size }, (_, row) => row)))
      .dataSync()[0]!;
  });
}

describe('the next-word objective', () => {
  it('is the mean surprise of the words of a message', () => {
    const trained = model();
    expect(lossOf(trained, ['a b c d a'])).toBeCloseTo(meanSurprise(trained, 'a b c d a'), 5);
  });

  it('leaves out numbers and unknown words, but reads them', () => {
    const trained = model();
    expect(lossOf(trained, ['a 1999 b z c'])).toBeCloseTo(meanSurprise(trained, 'a 1999 b z c'), 5);
    expect(lossOf(trained, ['a 1999 b z c'])).not.toBeCloseTo(meanSurprise(trained, 'a b c'), 5);
  });

  it('is not moved by padding: two rows count by their words', () => {
    const trained = model();
    const long = 'a b c d d c b a';
    const mean = (8 * meanSurprise(trained, long) + 3 * meanSurprise(trained, 'c d a')) / 11;
    expect(lossOf(trained, [long, 'c d a'])).toBeCloseTo(mean, 5);
  });

  it('gives the rows that are asked for, in that order', () => {
    const rows = objective.encode(['a a a a a a', 'b b b b b b']);
    const labels = (...chosen: number[]) => [...rows.batch(Uint32Array.from(chosen)).labels.dataSync()];
    expect(rows.size).toBe(2);
    expect(labels(1, 0)).toEqual([...labels(1), ...labels(0)]);
    expect(labels(0)).not.toEqual(labels(1));
  });

  it('has no rows for messages without a word', () => {
    expect(objective.encode([':-)']).size).toBe(0);
  });

  it('teaches what follows what', () => {
    const trained = model();
    const messages = ['a b c d', 'd c b a'];
    const before = lossOf(trained, messages);
    const optimizer = tf.train.adam(0.05);
    const rows = objective.encode(messages);
    const step = () =>
      tf.tidy(() => void optimizer.minimize(() => objective.loss(trained, rows.batch(Uint32Array.of(0)))));
    step();
    const tensors = tf.memory().numTensors;
    for (let i = 0; i < 100; i++) step();
    expect(tf.memory().numTensors).toBe(tensors);
    expect(before).toBeGreaterThan(1);
    expect(lossOf(trained, messages)).toBeLessThan(0.3);
  });
});
