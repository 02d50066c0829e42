import { recall } from '@murmuration/demo-keyboard-app/task/metrics';
import { nextWordModel } from '@murmuration/demo-keyboard-app/task/model';
import { RecallCounter } from '@murmuration/demo-keyboard-app/task/recall';
import { numberId, startId, Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { startBackend } from '@murmuration/engine/backend/backend';
import * as tf from '@murmuration/engine/tfjs/tf';
import { beforeAll, describe, expect, it } from 'vitest';

beforeAll(async () => {
  await startBackend();
});

const vocabulary = new Vocabulary(['a', 'b', 'c', 'd', 'e']);
const messages = ['a b c', 'd 1999 a', 'e', ':-)', 'b b z c d e a b c', 'c z'];

/** A model of any make that gives each id one row of logits: what follows what. */
function tableModel(logits: number[][]): tf.LayersModel {
  const size = logits.length;
  const ids = tf.input({ shape: [null], dtype: 'int32' });
  const table = tf.layers.embedding({ inputDim: size, outputDim: size });
  const model = tf.model({ inputs: ids, outputs: table.apply(ids) as tf.SymbolicTensor });
  table.setWeights([tf.tensor2d(logits)]);
  return model;
}

describe('recall on held-out messages', () => {
  it('of a model that knows the alphabet', async () => {
    const follows = Array.from({ length: vocabulary.size }, (_, id) =>
      Array.from({ length: vocabulary.size }, (_, next) =>
        next === id + 1 || (id === startId && next === 4) ? 1 : 0,
      ),
    );
    const alphabet = tableModel(follows);
    expect(await recall(alphabet, vocabulary, ['a b c d e', 'a b'])).toEqual({ top1: 1, top3: 1, words: 7 });
    // d and e are never among the first three: not the one that follows, nor the smallest ids.
    expect(await recall(alphabet, vocabulary, ['a e'])).toEqual({ top1: 0.5, top3: 0.5, words: 2 });
    expect(await recall(alphabet, vocabulary, ['a 2000 z'])).toEqual({ top1: 0.5, top3: 0.5, words: 2 });
  });

  it('is that of each message by itself', async () => {
    const model = nextWordModel({ vocabulary: vocabulary.size, embedding: 4, gru: 6, dense: null }, 2);
    const counter = new RecallCounter();
    for (const ids of messages
      .map(message => vocabulary.encode(message))
      .filter(encoded => encoded.length > 0)) {
      const inputs = tf.tensor2d([[startId, ...ids.slice(0, -1)]], undefined, 'int32');
      const logits = (model.predict(inputs) as tf.Tensor).dataSync();
      for (const [i, id] of ids.entries())
        if (id !== numberId) counter.add(logits, i * vocabulary.size, vocabulary.size, id);
    }
    expect(counter.recall.words).toBe(17);
    expect(await recall(model, vocabulary, messages)).toEqual(counter.recall);
  });

  it('keeps no tensor', async () => {
    const model = nextWordModel({ vocabulary: vocabulary.size, embedding: 4, gru: 6, dense: null }, 2);
    const tensors = tf.memory().numTensors;
    await recall(model, vocabulary, messages);
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('is refused where no word is held out', async () => {
    await expect(recall(tableModel([[0]]), vocabulary, ['!'])).rejects.toThrow(RangeError);
  });
});
