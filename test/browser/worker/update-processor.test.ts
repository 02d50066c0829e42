import { localUpdateProcessor } from '@murmuration/client-sdk/update/local-update-processor';
import type { MaskedRoundSetup, UpdateProcessor } from '@murmuration/client-sdk/update/update-processor';
import { workerInference } from '@murmuration/client-sdk/worker/worker-inference';
import { workerTrainer } from '@murmuration/client-sdk/worker/worker-trainer';
import { nextWordModel } from '@murmuration/demo-keyboard-app/task/model';
import { describeModel } from '@murmuration/engine/models/model';
import * as tf from '@murmuration/engine/tfjs/tf';
import type { AssignmentId, ModelHash, RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import { assignmentOf } from '@murmuration/protocol/messages/round';
import { portable } from '@murmuration/protocol/primitives/portable';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { layoutOf } from '@murmuration/protocol/weights/layout';
import { encodeModel } from '@murmuration/protocol/weights/model-files';
import { afterAll, describe, expect, it } from 'vitest';
import { vocabulary } from '../training/words.ts';

const spawn = () => new Worker(new URL('../training/words-worker.ts', import.meta.url), { type: 'module' });
const trainer = workerTrainer(spawn);
afterAll(() => trainer.close());

const round = 'r1'.padEnd(22, '_') as RoundId;
const terms: MaskedRoundSetup = {
  task: 'words' as TaskName,
  round,
  number: 1,
  planBytes: new Uint8Array(3),
  identity: new Uint8Array(32).fill(5),
  demands: {
    assumptions: { threat: 'honest-but-curious', corrupt: 0.1, dropping: 0.1 },
    smallestCohort: 3,
    smallestSum: 3,
    today: 0,
  },
};
const layout = layoutOf([{ name: 'w', shape: [8] }]);
const assignment = assignmentOf({
  round,
  number: 1,
  assignment: 'a1'.padEnd(22, '_') as AssignmentId,
  token: new Uint8Array(32),
  deadline: 2e12,
  plan: {
    task: 'words' as TaskName,
    version: 1,
    model: '0'.repeat(64) as ModelHash,
    training: {
      epochs: 1,
      batchSize: 4,
      learningRate: 0.1,
      proximal: 0,
      gradientClip: null,
      maxExamples: 100,
      seed: 5,
    },
    update: { kind: 'ring', clip: 1, bits: 8, weighting: 'uniform', weightCap: 1 },
    masking: null,
    largestCohort: 10,
    grace: 0,
  },
});
const learned = () => ({ delta: new Float32Array(8), examples: 3, layout });

describe.each<[string, () => UpdateProcessor]>([
  ['in its own thread', () => localUpdateProcessor(portable, systemRandom)],
  ['in a Web Worker', () => trainer.updateProcessor!],
])('the arithmetic of a contribution, %s', (_, updateProcessor) => {
  it('prepares an update', async () => {
    const update = await updateProcessor().prepare(learned(), assignment);
    // Nothing learned rounds to nothing, so that the update is the same each time.
    expect(update).toEqual(await localUpdateProcessor(portable, systemRandom).prepare(learned(), assignment));
  });

  it('refuses an update that is not finite, by its code', async () => {
    const diverged = { ...learned(), delta: new Float32Array(8).fill(Number.NaN) };
    await expect(updateProcessor().prepare(diverged, assignment)).rejects.toMatchObject({
      code: 'training.failed',
    });
  });

  it('enters a masked round, and enters it again from what was saved with the same keys', async () => {
    const first = await (await updateProcessor().masked(terms)).enter(undefined);
    expect(first.phase).toBe('keys');
    expect(first.message.length).toBeGreaterThan(64);
    const again = await (await updateProcessor().masked(terms)).enter(first.saved);
    expect(again).toEqual(first);
    const other = await (await updateProcessor().masked(terms)).enter(undefined);
    expect(other.message).not.toEqual(first.message);
  });

  it('keeps the codes of what the coordinator gives wrongly, and stays where it was', async () => {
    const masked = await updateProcessor().masked(terms);
    const { saved } = await masked.enter(undefined);
    await expect(masked.hear('roster', new Uint8Array(3))).rejects.toMatchObject({
      code: expect.stringMatching(/^(secagg|protocol)\./),
    });
    await expect(masked.hear('survivors', new Uint8Array(3))).rejects.toMatchObject({
      code: 'training.failed',
    });
    await masked.forget();
    expect((await (await updateProcessor().masked(terms)).enter(saved)).phase).toBe('keys');
  });
});

describe('a model in use in a Web Worker of its own', () => {
  const inference = workerInference(spawn);
  afterAll(() => inference.close());

  it('predicts what the page would, and keeps the codes of errors', async () => {
    await tf.setBackend('cpu');
    const model = nextWordModel({ vocabulary: vocabulary.size, embedding: 5, gru: 6, dense: 4 }, 1);
    const { topology, layout: words, weights } = describeModel(model);
    const { hash } = encodeModel(topology, words, weights);
    const opened = await inference.open({ hash, topology, layout: words, weights });
    const values = await opened.predict('the cat');
    expect(values).toHaveLength(vocabulary.size);
    expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
    const ids = [1, ...vocabulary.encode('the cat')];
    const logits = tf.tidy(() =>
      (model.predict(tf.tensor2d([ids], undefined, 'int32')) as tf.Tensor3D)
        .dataSync()
        .slice(-vocabulary.size),
    );
    model.dispose();
    const likeliest = (list: ArrayLike<number>) =>
      Array.from(list).indexOf(Math.max(...Array.from(list).slice(4)));
    expect(likeliest(values)).toBe(likeliest(logits));
    await expect(opened.predict(7)).rejects.toMatchObject({ code: 'hybrid.input' });
    await expect(inference.open({ hash, topology: {}, layout: words, weights })).rejects.toMatchObject({
      code: 'model.unusable',
    });
    await opened.close();
  });
});
