import { nextWordModel } from '@murmuration/demo-keyboard-app/task/model';
import { Suggestions } from '@murmuration/demo-keyboard-app/task/suggestions';
import {
  firstWordId,
  numberId,
  startId,
  unknownId,
  Vocabulary,
} from '@murmuration/demo-keyboard-app/task/vocabulary';
import { startBackend } from '@murmuration/engine/backend/backend';
import { predictorOf } from '@murmuration/engine/runtime/predict';
import * as tf from '@murmuration/engine/tfjs/tf';
import { expect, it } from 'vitest';

const vocabulary = new Vocabulary(['the', 'cat', 'sat', 'on', 'a', 'mat']);

it('suggests words alone, as the model scores what was written so far', async () => {
  await startBackend();
  const model = nextWordModel({ vocabulary: vocabulary.size, embedding: 4, gru: 8, dense: null }, 1);
  const suggestions = new Suggestions((await predictorOf(model)).predictor, vocabulary);
  const best = (ids: number[]) => {
    const scores = tf.tidy(() =>
      (model.apply(tf.tensor2d([ids], undefined, 'int32')) as tf.Tensor).dataSync(),
    );
    const last = scores.slice(-vocabulary.size);
    const words = [...last.keys()].filter(id => id >= firstWordId).sort((a, b) => last[b]! - last[a]!);
    return words.map(id => vocabulary.word(id)!);
  };
  expect(suggestions.next(3)).toEqual(best([startId]).slice(0, 3));
  suggestions.write('The zebra');
  suggestions.write('42');
  const written = [startId, vocabulary.id('the'), unknownId, numberId];
  expect(suggestions.next(100)).toEqual(best(written));
  suggestions.begin();
  expect(suggestions.next(100)).toEqual(best([startId]));
});
