import { nextWordModel } from '@murmuration/demo-keyboard-app/task/model';
import { startBackend } from '@murmuration/engine/backend/backend';
import { FusedPredictor } from '@murmuration/engine/fused/predictor';
import { KeptStates } from '@murmuration/engine/inference/kept-states';
import { describeModel } from '@murmuration/engine/models/model';
import { classifierOf } from '@murmuration/engine/runtime/classifier';
import * as tf from '@murmuration/engine/tfjs/tf';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import fc from 'fast-check';
import { beforeAll, describe, expect, it, vi } from 'vitest';

const vocabulary = 7;
const files = (model: tf.LayersModel) => ({ hash: '0'.repeat(64) as ModelHash, ...describeModel(model) });

/** A next-token model that no fused kernel knows. */
function tokens(): tf.LayersModel {
  return tf.sequential({
    layers: [
      tf.layers.embedding({ inputDim: vocabulary, outputDim: 4 }),
      tf.layers.simpleRNN({ units: 3 }),
      tf.layers.dense({ units: vocabulary }),
    ],
  });
}

/** One that they know. */
function gru(seed: number): tf.LayersModel {
  return nextWordModel({ vocabulary, embedding: 3, gru: 5, dense: null }, seed);
}

describe('a model in use', () => {
  beforeAll(() => startBackend());

  it('gives the logits after an input, and at each position of it', async () => {
    const model = tokens();
    const classifier = await classifierOf(files(model), vocabulary);
    const expected = (input: number[]) =>
      tf.tidy(() => (model.predict(tf.tensor2d([input], undefined, 'int32')) as tf.Tensor).dataSync());
    const close = (logits: ArrayLike<number>, input: number[]) => {
      for (const [i, value] of expected(input).entries()) expect(logits[i]).toBeCloseTo(value, 5);
    };
    close(classifier.after([1]), [1]);
    close(classifier.after([1, 2, 3]), [1, 2, 3]);
    close(classifier.after([2]), [2]);
    const heard: number[] = [];
    classifier.at([4, 5, 6], [0, 2], (index, logits) => {
      heard.push(index);
      close(logits, index === 0 ? [4] : [4, 5, 6]);
    });
    expect(heard).toEqual([0, 1]);
    classifier.dispose();
    model.dispose();
  });

  it('reads the tokens behind the longest beginning that it knows, unless it is told to forget', async () => {
    const next = vi.spyOn(FusedPredictor.prototype, 'next');
    const read = (ask: () => void) => {
      next.mockClear();
      ask();
      return next.mock.calls.map(([token]) => token);
    };
    const classifier = await classifierOf(files(gru(1)));
    expect(read(() => classifier.after([1, 2]))).toEqual([1, 2]);
    expect(read(() => classifier.after([1, 2, 3]))).toEqual([3]);
    expect(read(() => classifier.after([1, 2, 3]))).toEqual([]);
    expect(read(() => classifier.after([1, 2, 4]))).toEqual([4]);
    expect(read(() => classifier.after([1, 2]))).toEqual([]);
    // Somebody else types in another field, and examples are asked about.
    expect(read(() => classifier.after([5, 6]))).toEqual([5, 6]);
    classifier.at([1, 2, 3, 4, 5, 6], [3, 5], () => {});
    expect(read(() => classifier.after([1, 2, 3, 5]))).toEqual([5]);
    expect(read(() => classifier.after([5, 6, 0]))).toEqual([0]);
    expect(read(() => classifier.at([5, 6, 0, 1, 2, 3], [1, 4], () => {}))).toEqual([0, 1, 2]);
    classifier.forget();
    expect(read(() => classifier.after([1, 2, 3]))).toEqual([1, 2, 3]);
    next.mockRestore();
  });

  it('says the same, whatever was asked before: words appended, deleted, replaced, by callers in turns', async () => {
    const [shared, fresh] = [await classifierOf(files(gru(1))), await classifierOf(files(gru(1)))];
    const word = fc.nat(vocabulary - 1);
    const edit = fc.record({
      field: fc.nat(2),
      kind: fc.constantFrom('append', 'delete', 'replace', 'clear', 'example'),
      word,
      place: fc.nat(20),
    });
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 60 }), edits => {
        const fields: number[][] = [[1], [2], [1]];
        for (const { field, kind, word, place } of edits) {
          const text = fields[field]!;
          if (kind === 'append') text.push(word);
          if (kind === 'delete' && text.length > 1) text.pop();
          if (kind === 'replace') text[place % text.length] = word;
          if (kind === 'clear') text.splice(1);
          const asked = (values: { after(input: number[], first?: number): Float32Array }) =>
            Buffer.from(values.after(text, place % 2 ? 2 : undefined).buffer);
          if (kind === 'example') shared.at(text, [0, text.length - 1], () => {});
          fresh.forget();
          if (Buffer.compare(asked(shared), asked(fresh)) !== 0) expect.unreachable(`after ${text}`);
        }
      }),
      { numRuns: 200 },
    );
    // Another version has another memory of the same text.
    const next = await classifierOf(files(gru(2)));
    expect(next.after([1, 2])).not.toEqual(shared.after([1, 2]));
    const texts = vi.spyOn(KeptStates.prototype, 'keep');
    for (let i = 0; i < 500; i++) shared.after(Array.from({ length: 20 }, (_, at) => (i * at) % vocabulary));
    expect((texts.mock.contexts.at(-1) as KeptStates).size).toBeLessThanOrEqual(16);
    texts.mockRestore();
  });

  it('refuses what it does not know, and models of other classes', async () => {
    const classifier = await classifierOf(files(tokens()));
    for (const token of [-1, 0.5, vocabulary]) expect(() => classifier.after([token])).toThrow(RangeError);
    await expect(classifierOf(files(tokens()), 5)).rejects.toMatchObject({ code: 'model.unusable' });
    const features = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3] })] });
    const rows = await classifierOf(files(features), 2);
    expect(rows.after([1, 2, 3])).toHaveLength(2);
    expect(() => rows.after([1, 2])).toThrow(/takes 3 features, not 2/);
    rows.dispose();
  });
});
