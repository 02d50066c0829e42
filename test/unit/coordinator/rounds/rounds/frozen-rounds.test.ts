import { prepareUpdate } from '@murmuration/client-sdk/update/prepare';
import { describeModel, type ModelParts } from '@murmuration/engine/models/model';
import * as tf from '@murmuration/engine/tfjs/tf';
import { roundControl } from '@murmuration/protocol/weights/control';
import { contentHash } from '@murmuration/protocol/weights/model-files';
import { quantizationOf } from '@murmuration/protocol/weights/quantize';
import { splitLayout, takePart } from '@murmuration/protocol/weights/shared-part';
import { scaffold } from '@murmuration/rounds/strategy/scaffold';
import type { TaskDefinition } from '@murmuration/rounds/task/define-task';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../seeded-random.ts';
import { deviceId, openFederation } from '../../server/federation.ts';

/** A body of 21 values under a head of 8. */
const whole = (isFrozen: boolean) =>
  describeModel(
    tf.sequential({
      layers: [
        tf.layers.dense({ units: 3, inputShape: [2], name: 'body', trainable: !isFrozen }),
        tf.layers.batchNormalization({ name: 'bn', trainable: !isFrozen }),
        tf.layers.dense({ units: 2, name: 'head' }),
      ],
    }),
  );
const frozen = whole(true);
const split = splitLayout(frozen.layout, [], ['body', 'bn']);
const trained = split.shared.count;
/** The head as a model of its own. */
const head: ModelParts = {
  ...describeModel(tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3], name: 'head' })] })),
  weights: takePart(frozen.weights, split, 'shared'),
};

const common: Partial<TaskDefinition> = {
  update: { kind: 'ring', clip: 1, bits: 16, weighting: 'uniform' },
  cohort: { goal: 3, minimum: 2, overSelection: 1 },
  schedule: { every: '10 min' },
};

/** Plays rounds in which three devices send updates of as many values as are trained; what each left: the version, its state and weights, its plan. */
async function play(task: Partial<TaskDefinition>, model: ModelParts, rounds = 3) {
  const federation = await openFederation({ task: { ...common, ...task } as Partial<TaskDefinition>, model });
  const { channel, clock, registry, task: defined, faults, records } = federation;
  const shared = model === frozen ? split.shared : model.layout;
  const random = seededRandom(7);
  const versions = [];
  await federation.rounds.start();
  for (let round = 0; round < rounds; round++) {
    for (const i of [0, 1, 2]) federation.checkIn(deviceId(i));
    await clock.advance(0);
    const driver = federation.rounds.current!;
    const own = [...channel.assignments.values()].filter(each => each.round === driver.terms.id);
    expect(own).toHaveLength(3);
    for (const [i, assignment] of own.entries()) {
      const { plan } = assignment;
      const delta = Float32Array.from({ length: shared.count }, (_, at) => 0.01 * (at + i));
      const control =
        plan.control &&
        roundControl(
          Float32Array.from(delta, value => 2 * value),
          { ...quantizationOf(plan), control: plan.control.clip },
          assignment.round,
          random,
        );
      const contribution = { delta, examples: 9, layout: shared, control };
      void driver.accept(assignment.assignment, prepareUpdate(contribution, assignment, random));
    }
    await clock.advance(0);
    await expect.poll(() => records.length).toBe(round + 1);
    const { head, files } = await registry.current(defined.name);
    versions.push({ ...head, weights: files.weights, plan: own[0]!.plan });
    if (round + 1 < rounds) await clock.advance(10 * 60_000);
  }
  expect(faults).toEqual([]);
  expect(records.map(({ outcome }) => outcome)).toEqual(Array(rounds).fill('published'));
  await federation.rounds.stop();
  return versions;
}

describe('rounds of a model with frozen layers', () => {
  it.each(['independent', 'correlated', 'blt'] as const)(
    'UP17: add %s noise to what is trained, as to a model of it, and none to the rest',
    async noise => {
      const privacy = { epsilon: 4, delta: 1e-5, rounds: 8, noise };
      const [partly, only, all] = [
        await play({ privacy }, frozen),
        await play({ privacy }, head),
        await play({ privacy }, whole(false)),
      ];
      for (const [i, { version, weights, plan }] of partly.entries()) {
        expect(plan.frozenLayers).toEqual(['body', 'bn']);
        expect(takePart(weights, split, 'frozen')).toEqual(takePart(frozen.weights, split, 'frozen'));
        // The same noise at the same places.
        expect(takePart(weights, split, 'shared')).toEqual(only[i]!.weights);
        expect(version.privacy!.noiseNorm).toBe(only[i]!.version.privacy!.noiseNorm);
        expect(version.privacy!.norm).toBe(only[i]!.version.privacy!.norm);
        expect(version.privacy!.statement).toEqual(only[i]!.version.privacy!.statement);
        expect(all[i]!.version.privacy!.noiseNorm).toBeGreaterThan(1.5 * version.privacy!.noiseNorm);
      }
    },
  );

  it('RD21, UP17: correct steps by control variates of what is trained, as those of a model of it', async () => {
    const task = { strategy: scaffold({ population: 12 }), plan: { learningRate: 0.25, epochs: 2 } };
    const partly = await play(task, frozen);
    const only = await play(task, head);
    expect(partly[0]!.plan.control!.file).toBe(contentHash(new Uint8Array(4 * trained)));
    for (const [i, { state, weights, plan }] of partly.entries()) {
      expect(takePart(weights, split, 'frozen')).toEqual(takePart(frozen.weights, split, 'frozen'));
      expect(takePart(weights, split, 'shared')).toEqual(only[i]!.weights);
      const control = state.control as Float32Array;
      expect(control).toHaveLength(trained);
      expect(control.every(value => value === 0)).toBe(false);
      expect(control).toEqual(only[i]!.state.control);
      expect(plan.control).toEqual(only[i]!.plan.control);
    }
  });
});
