import type { Trainer } from '@murmuration/client-sdk/training/trainer';
import { ownSeed } from '@murmuration/client-sdk/update/local-update-processor';
import type { Contribution } from '@murmuration/client-sdk/update/prepare';
import type { MaskedRound, UpdateProcessor } from '@murmuration/client-sdk/update/update-processor';
import type { TrainingResult } from '@murmuration/engine/training/trainer';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { native } from '@murmuration/protocol/primitives/node';
import type { Clock } from '@murmuration/protocol/time/clock';
import { untilTime } from '@murmuration/protocol/time/sleep';
import type { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import type { Behaviour } from '../behaviour/behaviour.ts';
import type { JobPool } from '../workers/job-pool.ts';
import type { Job, ResultOf } from '../workers/jobs.ts';
import type { Dispatch } from '../workers/worker-pool.ts';
import type { SharedVersions } from './shared-versions.ts';

/** Milliseconds, on the devices' clock, of a step of secure aggregation or of quantising an update. */
const stepMs = 100;

/** Shared resources with which a run's devices train. */
export interface Threads {
  readonly clock: Clock;
  /** The same clock if it is virtual; it waits for the threads' work. */
  readonly virtual: VirtualClock | undefined;
  readonly pool: JobPool;
  readonly versions: SharedVersions;
  readonly behaviour: Pick<Behaviour, 'trainingMs'>;
}

/** Device that trains, and its callbacks. */
export interface Training {
  readonly device: number;
  /** Returns the device's current round. */
  readonly round: () => number;
  readonly trained: (result: TrainingResult) => void;
}

/**
 * Trains, quantises and masks in the run's threads. They begin at once; the device gets the result after its
 * simulated time, and virtual time stands still while the threads take longer.
 */
export function threadTrainer(threads: Threads, training: Training): Trainer {
  const { versions, behaviour } = threads;
  const { device, round, trained } = training;
  return {
    async train(model, settings, examples, signal) {
      if (examples.length === 0) throw new MurmurationError('training.no-examples');
      const passes = Math.min(examples.length, settings.maxExamples) * settings.epochs;
      const takes = behaviour.trainingMs(device, round(), passes);
      const job = { kind: 'train', client: device, model: versions.shared(model), settings } as const;
      const result = await inOwnTime(threads, takes, job, {}, signal);
      trained(result);
      return result;
    },
    updateProcessor: threadUpdateProcessor(threads, training),
    close: async () => {},
  };
}

/**
 * Returns a job's result after `ms` on the devices' clock.
 * @throws `training.stopped` once `signal` is aborted
 */
async function inOwnTime<Kind extends Job>(
  { clock, virtual, pool }: Threads,
  ms: number,
  job: Kind,
  dispatch: Partial<Dispatch>,
  signal: AbortSignal = new AbortController().signal,
): Promise<ResultOf<Kind>> {
  const due = clock.now() + ms;
  const { result, cancel } = pool.run(job, { due, ...dispatch });
  if (!virtual) return result;
  try {
    await untilTime(due, clock, signal);
  } catch {
    cancel();
    throw new MurmurationError('training.stopped');
  }
  return virtual.work.during(result);
}

/** Quantises and masks in the run's threads. One thread holds the secrets of a masked round. */
function threadUpdateProcessor(threads: Threads, { device, round }: Training): UpdateProcessor {
  const { clock, pool } = threads;
  const step = <Kind extends Job>(job: Kind, dispatch: Partial<Dispatch> = {}) =>
    inOwnTime(threads, stepMs, job, dispatch);
  const transferOf = (contribution: Contribution) => {
    const { buffer, byteLength } = 'delta' in contribution ? contribution.delta : contribution.elements;
    return { transfer: byteLength === buffer.byteLength ? [buffer as ArrayBuffer] : [] };
  };
  return {
    prepare: (contribution, assignment) =>
      step(
        { kind: 'prepare', contribution, assignment, draws: `update of ${device} in ${assignment.number}` },
        transferOf(contribution),
      ),
    draw: async (...args) => ownSeed(native, ...args),
    async masked(terms): Promise<MaskedRound> {
      const id = pool.nextId();
      const thread = pool.hold();
      return {
        enter: saved =>
          step({ kind: 'enter', id, terms, saved, draws: `masks of ${device} in ${round()}` }, { thread }),
        hear: (event, message) => step({ kind: 'hear', id, event, message }, { thread }),
        mask: (contribution, assignment) =>
          step({ kind: 'mask', id, contribution, assignment }, { thread, ...transferOf(contribution) }),
        async forget() {
          pool.release(thread);
          void pool.run({ kind: 'forget', id }, { due: clock.now(), thread });
        },
      };
    },
  };
}
