import { prepareUpdate } from '@murmuration/client-sdk/update/prepare';
import { native } from '@murmuration/protocol/primitives/node';
import { applyMasks, collectMasks, type Masks } from '@murmuration/protocol/secagg/mask-stream';
import { quantizationFor, quantizationOf } from '@murmuration/protocol/weights/quantize';
import { RingSum } from '@murmuration/rounds/aggregation/ring-sum';
import { seededRandom } from '@murmuration/simulations/random/seeded-random';
import type { JobPool, OpenPool } from '@murmuration/simulations/workers/job-pool';
import type { Job } from '@murmuration/simulations/workers/jobs';
import { startThreads, WorkerPool } from '@murmuration/simulations/workers/worker-pool';
import { median } from '../benchmark.ts';

/** The step in which a device quantises what it learned. */
type Prepare = Extract<Job, { readonly kind: 'prepare' }>;
type Learned = Extract<Prepare['contribution'], { readonly delta: Float32Array }>;

const isPrepare = (job: Job): job is Prepare => job.kind === 'prepare';

/** Threads of a run, and the last update that they were given to quantise. */
export class WatchedThreads {
  #prepared: Prepare | undefined;

  /** Of which a device's update is the example. Throws where none has been quantised. */
  get prepared(): Prepare {
    if (!this.#prepared) throw new Error('No device has quantised an update.');
    return this.#prepared;
  }

  open(workers: number): OpenPool {
    return async setup => {
      const pool = new WorkerPool(startThreads(workers, setup));
      const watched: JobPool = {
        size: pool.size,
        nextId: () => pool.nextId(),
        hold: () => pool.hold(),
        release: thread => pool.release(thread),
        close: () => pool.close(),
        run: (job, dispatch) => {
          // Once: a copy of each would be a cost of the rounds.
          if (isPrepare(job)) this.#prepared ??= structuredClone(job);
          return pool.run(job, dispatch);
        },
      };
      return watched;
    };
  }
}

/** What the arithmetic of one client's part in a round takes, seconds of one core: less than that no simulator can take that does it. */
export interface Least {
  /** To quantise an update, hash it, and add it to the sum; to sign and check one message. */
  readonly plain: number;
  /**
   * The same with masks along the complete graph: a key agreement with each of the others for shares and one for masks, as many mask streams and
   * one of its own, which the coordinator takes off again. Sharing secrets, sealing shares and all messages are not in it.
   */
  readonly masked: number;
}

const repetitions = 9;

/** Measures it on a core that has nothing else to do, so that the caches are warm. */
export function leastOf({ contribution, assignment }: Prepare, cohort: number): Least {
  const learned = contribution as Learned;
  const quantization = quantizationOf(assignment.plan);
  const { elements, width } = quantizationFor(learned.delta.length, quantization);
  const sum = new RingSum(learned.layout, quantization, assignment.round);
  const random = seededRandom(1, 'the least');
  const prepare = () => prepareUpdate({ ...learned, delta: learned.delta.slice() }, assignment, random);
  const update = prepare();
  const copy = secondsOf(() => learned.delta.slice());
  const key = native.ed25519.signingKey(random(32));
  const message = random(128);
  const signature = key.sign(message);
  const plain =
    secondsOf(prepare) -
    copy +
    secondsOf(() => native.sha256(update)) +
    secondsOf(() => sum.add(update)) +
    secondsOf(() => key.sign(message)) +
    secondsOf(() => native.ed25519.verify(key.publicKey, message, signature));

  const others = Array.from({ length: cohort - 1 }, () => native.x25519.agreementKey(random(32)).publicKey);
  const own = native.x25519.agreementKey(random(32));
  const agreements = secondsOf(() => {
    for (const other of others) own.agree(other);
  });
  const vector = new Int32Array(elements);
  const streams = (count: number): Masks => collectMasks(count, () => ({ key: random(32), sign: 1 }));
  const masking = (masks: Masks) => secondsOf(() => applyMasks(native, vector, masks, width));
  return { plain, masked: plain + 2 * agreements + masking(streams(cohort)) + masking(streams(1)) };
}

/** The median of some repetitions, after one to warm up. */
function secondsOf(work: () => unknown): number {
  work();
  const times = Array.from({ length: repetitions }, () => {
    const began = performance.now();
    work();
    return (performance.now() - began) / 1_000;
  });
  return median(times);
}
