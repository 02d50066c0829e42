import * as tf from '@murmuration/engine/tfjs/tf';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { Registry } from '@murmuration/rounds/registry/registry';
import { ensureFirstVersion } from '@murmuration/rounds/rounds/first-version';
import { defineTask } from '@murmuration/rounds/task/define-task';
import { memoryBlobs } from '@murmuration/storage/memory/blobs';
import { memoryHistory } from '@murmuration/storage/memory/history';
import { beforeAll, describe, expect, it } from 'vitest';

beforeAll(async () => void (await tf.setBackend('cpu')));

const { dense, dropout } = tf.layers;

interface Changes {
  readonly units?: number;
  readonly activation?: 'relu' | 'tanh';
  readonly rate?: number;
  readonly trainable?: boolean;
  readonly useBias?: boolean;
}

function chain({
  units = 4,
  activation = 'relu',
  rate = 0.1,
  trainable = true,
  useBias = true,
}: Changes = {}) {
  return tf.sequential({
    layers: [
      dense({ units, activation, trainable, useBias, inputShape: [3], kernelInitializer: 'zeros' }),
      dropout({ rate }),
      dense({ units: 2 }),
    ],
  });
}

function branches(joined: 0 | 1 = 0) {
  const input = tf.input({ shape: [3] });
  const inner = tf.sequential({ layers: [dense({ units: 3, inputShape: [3] }), dense({ units: 3 })] });
  const left = inner.apply(input) as tf.SymbolicTensor;
  const right = dense({ units: 3 }).apply([input, left][joined]!) as tf.SymbolicTensor;
  return tf.model({ inputs: input, outputs: tf.layers.add().apply([left, right]) as tf.SymbolicTensor });
}

/** The storage of a coordinator that has begun with one model and starts again with another. */
async function startsAgain(before: () => tf.LayersModel, now: () => tf.LayersModel) {
  const history = memoryHistory();
  const registry = new Registry(memoryBlobs(), history);
  const start = (model: () => tf.LayersModel) =>
    ensureFirstVersion(
      defineTask({
        name: 'values',
        model,
        plan: { learningRate: 0.1 },
        update: { clip: 1 },
        cohort: { goal: 3, minimum: 3 },
        schedule: { every: '0 s' },
      }),
      registry,
      history,
      new VirtualClock(),
    );
  await start(before);
  await start(now);
}

describe('a changed model() over the storage of another', () => {
  it.each([
    ['other units', () => chain({ units: 5 }), 'its layer 1 has the units 5 instead of 4'],
    ['another activation', () => chain({ activation: 'tanh' }), 'the activation "tanh" instead of "relu"'],
    ['another dropout', () => chain({ rate: 0.5 }), 'its layer 2 has the rate 0.5 instead of 0.1'],
    [
      'a frozen layer, and another activation',
      () => chain({ trainable: false, activation: 'tanh' }),
      'the activation "tanh" instead of "relu"',
    ],
    ['no bias', () => chain({ useBias: false }), 'the use_bias false instead of true'],
    [
      'fewer layers',
      () => tf.sequential({ layers: [dense({ units: 2, inputShape: [3] })] }),
      'it has 1 layers instead of 3',
    ],
  ])('is refused with what to do: %s', async (_, now, difference) => {
    await expect(startsAgain(chain, now)).rejects.toMatchObject({
      code: 'config.invalid',
      detail: expect.stringContaining(`The task "values" has versions of another model`),
    });
    await expect(startsAgain(chain, now)).rejects.toMatchObject({
      detail: expect.stringContaining(difference),
    });
    await expect(startsAgain(chain, now)).rejects.toMatchObject({
      detail: expect.stringMatching(
        /a task of another name, .* an empty storage, or take the change back\.$/,
      ),
    });
  });

  it('is refused where layers are joined in another way', async () => {
    await expect(startsAgain(branches, () => branches(1))).rejects.toMatchObject({ code: 'config.invalid' });
  });

  it.each([
    ['one whose layers tfjs has numbered anew', chain, () => chain()],
    [
      'one that begins with other weights',
      () => tf.sequential({ layers: [dense({ units: 2, inputShape: [3], kernelInitializer: 'zeros' })] }),
      () =>
        tf.sequential({
          layers: [
            dense({
              units: 2,
              inputShape: [3],
              kernelInitializer: tf.initializers.glorotNormal({ seed: 2 }),
            }),
          ],
        }),
    ],
    ['one of branches and of models in models', branches, () => branches()],
    [
      'a function that fails now',
      chain,
      () => {
        throw new Error('The folder is gone.');
      },
    ],
  ])('goes on with %s', async (_, before, now) => {
    await startsAgain(before, now);
  });
});
