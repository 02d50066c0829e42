import type { ClientEvents } from '@murmuration/client-sdk/client/events';
import { MaskedPeers } from '@murmuration/client-sdk/testing/masked-peers';
import { nextWordModel } from '@murmuration/demo-keyboard-app/task/model';
import type { FusedBatch } from '@murmuration/engine/fused/training';
import { describeModel } from '@murmuration/engine/models/model';
import { jsTrainer } from '@murmuration/engine/training/js-trainer';
import type { PlainObjective } from '@murmuration/engine/training/plain-objective';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import { modelPath } from '@murmuration/protocol/messages/channel';
import type { Plan } from '@murmuration/protocol/messages/plan';
import { native } from '@murmuration/protocol/primitives/node';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { contentHash, encodeModel } from '@murmuration/protocol/weights/model-files';
import { meanOfSum, quantizationFor, quantizationOf } from '@murmuration/protocol/weights/quantize';
import { describe, expect, it } from 'vitest';
import { lowFloors } from '../../unit/client-sdk/device.ts';
import { assignmentOf } from '../../unit/client-sdk/memory-coordinator.ts';
import { masking, Victim } from './victim.ts';

const [words, width, gru, length, word] = [40, 8, 12, 6, 7];

/** An example is a sequence of words. */
const sequences: PlainObjective<readonly number[]> = {
  encode: examples => ({
    size: examples.length,
    steps: length,
    batch(rows): FusedBatch {
      const shape = [rows.length, length];
      const chosen = Array.from(rows, row => examples[row]!);
      return {
        inputs: { shape, values: Int32Array.from(chosen.flatMap(example => example.slice(0, length))) },
        labels: { shape, values: Int32Array.from(chosen.flatMap(example => example.slice(1, length + 1))) },
        weights: { shape, values: new Float32Array(rows.length * length).fill(1) },
      };
    },
  }),
};

/** A version of the shape that devices know, all of whose weights are numbers: those of one word add up to ∞ − ∞. */
function trap() {
  const { topology, layout, weights } = describeModel(
    nextWordModel({ vocabulary: words, embedding: width, gru, dense: null }, 1),
  );
  const kernel = layout.tensors.findIndex(({ shape }) => `${shape}` === `${[width, 3 * gru]}`);
  const at = layout.tensors
    .slice(0, kernel)
    .reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b), 0);
  expect(layout.tensors[0]).toEqual({ name: 'embedding/embeddings', shape: [words, width] });
  const set = weights.slice().fill(3e38, word * width, word * width + 2);
  for (const [row, value] of [10, -10].entries())
    set.fill(value, at + row * 3 * gru, at + (row + 1) * 3 * gru);
  expect(set.every(Number.isFinite)).toBe(true);
  return { layout, ...encodeModel(topology, layout, set) };
}

/** What people type who never use the word, and one who does. */
const innocent = Array.from({ length: 40 }, (_, i) =>
  Array.from({ length: length + 1 }, (_, j) => 10 + ((i + 3 * j) % 25)),
);
const using = innocent.map((example, i) => (i === 20 ? example.with(2, word) : example));

/** A control variate of zeros, as in the first round that has one. */
function noControl() {
  const bytes = new Uint8Array(trap().weights.length);
  return { bytes, hash: contentHash(bytes) as ModelHash };
}

/** All that the coordinator hears of a device that trains from its version, and what the device has put into the sum. */
async function heard(
  examples: readonly (readonly number[])[],
  change: Partial<Plan> = {},
  control = new Uint8Array(0),
) {
  const { layout, hash, json, weights, weightsHash } = trap();
  const trainer = jsTrainer(sequences);
  const victim = new Victim({ floors: lowFloors, trainer, task: { examples: () => examples } });
  const { files, asked, uploads } = victim.coordinator;
  files.set(modelPath(hash), json);
  files.set(modelPath(hash).replace('model.json', `${weightsHash}.bin`), weights);
  files.set(`/v1/models/${hash}/${contentHash(control)}.bin`, control);
  const errors: Parameters<ClientEvents['error']>[0][] = [];
  victim.device.client.on('error', error => errors.push(error));
  await victim.connect();
  const assignment = await victim.assign('r1', { model: hash, ...change });
  const peers = new MaskedPeers(assignment, 11, masking, { primitives: native, layout });
  const tell = async (event: 'roster' | 'bundle' | 'survivors' | 'agreed', message: Uint8Array) => {
    const { round, assignment: part } = assignment;
    victim.coordinator.send(event, { round, assignment: part, message });
    await victim.clock.advance(0);
  };
  await expect.poll(() => asked.keys.length).toBe(1);
  await tell('roster', peers.roster(asked.enrol[0]!.publicKey, asked.keys[0]!.message));
  await expect.poll(() => asked.shares.length).toBe(1);
  await tell('bundle', peers.bundle(asked.shares[0]!.message));
  const done = async () => {
    await victim.clock.advance(30_000);
    return uploads.length + asked.leave.length;
  };
  await expect.poll(done).toBeGreaterThan(0);
  const seen = { left: victim.left, bytes: uploads.map(({ bytes }) => bytes.length) };
  const update = async () => {
    const statement = peers.statement();
    await tell('survivors', statement);
    await tell('agreed', peers.agreed(statement));
    const sum = peers.sentBy(uploads[0]!.bytes, statement, asked.reveal[0]!.message);
    const { plan, round } = assignment;
    const settings = quantizationOf(plan);
    const form = quantizationFor(layout.count, settings);
    return { ...meanOfSum(sum, 1, settings, form, round), step: form.step };
  };
  return { seen, update, errors: errors.map(({ code }) => code) };
}

describe('a coordinator whose version leads out of all numbers where a word occurs', () => {
  const { training, update } = assignmentOf(new VirtualClock()).plan;
  const { hash: zeros, bytes } = noControl();

  it.each<[string, Partial<Plan>]>([
    ['by any plan', {}],
    [
      'by a plan that weighs updates by losses',
      {
        training: { ...training, fairness: { q: 1, lipschitz: 10, unit: 1 } },
        update: { ...update, leastWeight: 1 },
      },
    ],
    ['by a plan that corrects steps', { control: { file: zeros, clip: 4, rounds: [] } }],
    ['by a plan that keeps the layer of the word on the device', { privateLayers: ['embedding'] }],
    [
      'by a plan that sends some of the values',
      {
        update: {
          kind: 'ring',
          clip: 1,
          bits: 8,
          weighting: 'examples',
          weightCap: 4,
          compression: { kind: 'randomMask', fraction: 0.5, feedback: true },
        },
      },
    ],
  ])('RD25: does not learn from who leaves which device has it, %s', async (_, change) => {
    const [without, having] = [await heard(innocent, change, bytes), await heard(using, change, bytes)];
    expect(without).toMatchObject({ seen: { left: [], bytes: [expect.any(Number)] }, errors: [] });
    expect(having.seen).toEqual(without.seen);
  });

  it('RD25: gets an update of zeros under the masks, and the app hears why', async () => {
    const [without, having] = [await heard(innocent), await heard(using)];
    expect(having.errors).toEqual(['training.failed']);
    const [learned, nothing] = [await without.update(), await having.update()];
    const longest = ({ delta }: typeof learned) => Math.max(...delta.map(Math.abs));
    expect(longest(nothing)).toBeLessThanOrEqual(nothing.step);
    expect(longest(learned)).toBeGreaterThan(3 * learned.step);
    expect(nothing.weight).toBe(learned.weight);
  });
});
