import { clip as clipTo } from '@murmuration/client-sdk/update/clip';
import type { DeviceId, RoundId } from '@murmuration/protocol/ids/ids';
import { packRing } from '@murmuration/protocol/secagg/ring';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { encodeUpdate } from '@murmuration/protocol/weights/codec';
import { layoutOf } from '@murmuration/protocol/weights/layout';
import { quantizationFor, quantizationOf, quantize } from '@murmuration/protocol/weights/quantize';
import { aggregateFor } from '@murmuration/rounds/aggregation/aggregate';
import type { RingSum } from '@murmuration/rounds/aggregation/ring-sum';
import type { BudgetPorts, PrivacyBudgets } from '@murmuration/rounds/privacy/budgets';
import type { ModelVersion } from '@murmuration/rounds/registry/model-version';
import { Registry } from '@murmuration/rounds/registry/registry';
import { storeFirstVersion } from '@murmuration/rounds/rounds/first-version';
import { versionMaker } from '@murmuration/rounds/rounds/make-version';
import { clipFor } from '@murmuration/rounds/rounds/state-for';
import type { StrategyState } from '@murmuration/rounds/strategy/strategy';
import { defineTask, type TaskDefinition } from '@murmuration/rounds/task/define-task';
import type { Task } from '@murmuration/rounds/task/task';
import { memoryBlobs } from '@murmuration/storage/memory/blobs';
import { memoryHistory } from '@murmuration/storage/memory/history';
import { memoryPrivacy } from '@murmuration/storage/memory/privacy';
import { seededRandom } from '../../../../seeded-random.ts';
import { termsOf } from '../rounds/terms.ts';
import { memoryBudgets } from './memory-budgets.ts';

/** Numbers of the model. */
export const count = 4_096;
const layout = layoutOf([{ name: 'dense/kernel', shape: [64, 64] }]);
/** Three devices, others in each of eight rounds. */
export const cohort = (round: number) =>
  ['a', 'b', 'c'].map(name => `${name}${round % 8}`.padEnd(22, '-') as DeviceId);

export const wanted = { epsilon: 2, delta: 1e-6, rounds: 32, separation: 8 };

export function budgetTask(change: Partial<TaskDefinition> = {}) {
  return defineTask({
    name: 'values',
    model: () => {
      throw new Error('The first version is stored by the test.');
    },
    plan: { learningRate: 0.1 },
    update: { kind: 'ring', clip: 1, bits: 8, weighting: 'uniform' },
    masking: 'off',
    privacy: wanted,
    cohort: { goal: 3, minimum: 2 },
    uploadSlot: 0,
    schedule: { every: '0 s' },
    ...change,
  } as TaskDefinition);
}

/** The task with its first version, all zeros, and a way to play its rounds. */
export async function openReleases(
  task = budgetTask(),
  ledger = memoryPrivacy(),
  seed = 1,
  ports: Partial<Pick<BudgetPorts, 'noise' | 'random'>> = {},
) {
  const clock = new VirtualClock();
  const random = seededRandom(seed);
  const history = memoryHistory();
  const registry = new Registry(memoryBlobs(), history);
  const zeros = { topology: { class_name: 'Sequential' }, layout, weights: new Float32Array(count) };
  await storeFirstVersion(task, zeros, registry, history, clock);
  const budgets: PrivacyBudgets = memoryBudgets({ random, clock, ledger, ...ports });
  await budgets.open(task.name);
  const signal = new AbortController().signal;
  let played = 0;
  return {
    history,
    registry,
    budgets,
    /** Makes the next version of these updates, and commits it unless it is to be lost. */
    async play(
      updates: readonly Float32Array[],
      { by = task, lost = false, contributors = cohort(played) }: PlayOptions = {},
    ): Promise<Played> {
      played += 1;
      const { head, files } = await registry.current(by.name);
      const privacy = await budgets.next(by, head.version.number > 0, count);
      const { training, masking } = by;
      const clip = clipFor(by, head, count);
      const update = clip === undefined ? by.update : { ...by.update, clip, within: true as const };
      const change = { task: by.name, model: head.version.model, training, update, masking };
      const terms = {
        ...termsOf({ ...change, ...(privacy && { privacy }) }),
        id: `round-${played}`.padEnd(22, '-') as RoundId,
      };
      const aggregate = aggregateFor('sum', terms.plan, layout, terms.id);
      const quantization = quantizationFor(count, quantizationOf(terms.plan));
      for (const delta of updates) {
        const values = delta.slice();
        const isWithin = clip !== undefined && clipTo(values, clip) <= clip;
        const elements = quantize(values, 1, quantization, terms.id, random, undefined, isWithin);
        const packed = packRing(elements, quantization.width);
        aggregate.add(
          encodeUpdate(layout.hash, elements.length, { kind: 'ring', packed }, quantization.width),
          0,
        );
      }
      const make = versionMaker(() => by, registry, clock, budgets);
      const makeIt = async (): Promise<Played> => {
        const next = await make(terms, aggregate, contributors, signal);
        if (!lost) await history.commit({ head: next });
        const { weights } = await registry.files(next.version.model);
        const step = weights.map((value, i) => value - files.weights[i]!);
        return { version: next.version, state: next.state, step, again: makeIt };
      };
      return makeIt();
    },
  };
}

interface PlayOptions {
  /** The task as it is set by now. */
  readonly by?: Task;
  /** Whether the coordinator crashes before the version is committed. */
  readonly lost?: boolean;
  readonly contributors?: readonly DeviceId[];
}

export interface Played {
  readonly version: ModelVersion;
  readonly state: StrategyState;
  /** What it adds to the weights. */
  readonly step: Float32Array;
  /** Makes it once more, as after a crash. */
  readonly again: () => Promise<Played>;
}

export const nothing = () => new Float32Array(count);

/** Standard deviation of numbers whose mean is 0. */
export const deviation = (values: ArrayLike<number>): number =>
  Math.sqrt(Array.from(values).reduce((sum, value) => sum + value * value, 0) / values.length);

/** The longest that an update can be: within the clip, each of its values rounded away by less than a step. */
export function longest(): number {
  const task = budgetTask();
  const sum = aggregateFor('sum', termsOf({ update: task.update }).plan, layout, 'r' as RoundId);
  return (sum as RingSum).sensitivity;
}
