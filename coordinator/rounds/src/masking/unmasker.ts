import { availableParallelism } from 'node:os';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { GraphContext } from '@murmuration/protocol/secagg/context';
import { concatMasks, type Masks } from '@murmuration/protocol/secagg/mask-stream';
import type { RecoveredSecret } from '@murmuration/protocol/secagg/unmasking';
import { threadPool } from '../workers/thread-pool.ts';
import work, { type UnmaskingJob } from './worker.ts';

/** Secrets for one job: a key agreement takes 0.1 ms, and a lost device needs about 80 of them. */
const secretsPerJob = 8;
/** Elements of the sum for one job: enough that setting up keys is cheap compared with the streams. */
const elementsPerJob = 65_536;
/** Secrets and elements of a job in the thread that answers requests: some milliseconds' worth. */
const [secretsPerTurn, elementsPerTurn] = [1, 8_192];
/**
 * Most masks, and bytes of them, that need no threads: 0.1 s of work at most. Threads take three times as
 * long to start, and 25 MB with their manager.
 */
const few = { masks: 512, bytes: 64 << 20 };

/** Elements of a ring, in the low `width` bits of each. */
interface MaskedSum {
  readonly elements: Int32Array;
  readonly width: number;
}

/** Remover of masks from sums. */
export interface Unmasker {
  /**
   * Adds the masks of the secrets to `sum`, all at once at the end; `progress` gets the share that is done.
   */
  unmask(
    context: GraphContext,
    secrets: readonly RecoveredSecret[],
    sum: MaskedSum,
    progress: (done: number) => void,
  ): Promise<void>;
  close(): Promise<void>;
}

/**
 * Runs on worker threads: first the mask keys, in parallel over the secrets, then the masks, in parallel over
 * ranges of the sum. With 0 threads, or if there is little to do, runs job by job in the caller's thread.
 */
export function unmaskerPool(threads = availableParallelism(), withoutThreads = few): Unmasker {
  const pool = threadPool<UnmaskingJob, Masks | null>(new URL('./worker.ts', import.meta.url), threads);
  let last: Promise<unknown> = Promise.resolve();
  const here = (job: UnmaskingJob): Promise<Masks | null> => {
    const done = last.then(() => nextTurn()).then(() => work(job));
    last = done.catch(() => {});
    return done;
  };
  return {
    async unmask({ task, round, plan, graph }, secrets, { elements, width }, progress) {
      const count = secrets.reduce((sum, each) => sum + (each.kind === 'seed' ? 1 : each.peers.length), 0);
      const bytes = count * elements.length * Math.ceil(width / 8);
      const isHere = threads === 0 || (count <= withoutThreads.masks && bytes <= withoutThreads.bytes);
      const run = isHere ? here : (job: UnmaskingJob) => pool.run(job);
      const batches = split(secrets.length, isHere ? secretsPerTurn : secretsPerJob);
      const ranges = split(elements.length, isHere ? elementsPerTurn : elementsPerJob);
      let done = 0;
      const step = <Value>(value: Value): Value => {
        done += 1;
        progress(done / (batches.length + ranges.length));
        return value;
      };
      const masks = await Promise.all(
        batches.map(({ from, to }) =>
          run({ kind: 'keys', task, round, plan, graph, secrets: secrets.slice(from, to) }).then(step),
        ),
      );
      // Shared, so that every job reads the same bytes.
      const all = concatMasks(masks as Masks[], bytes => new SharedArrayBuffer(bytes));
      const shared = new Int32Array(new SharedArrayBuffer(elements.byteLength));
      shared.set(elements);
      await Promise.all(
        ranges.map(({ from, to }) =>
          run({ kind: 'masks', sum: shared, masks: all, width, from, to }).then(step),
        ),
      );
      elements.set(shared);
    },
    close: () => pool.close(),
  };
}

function split(length: number, size: number): { from: number; to: number }[] {
  return Array.from({ length: Math.ceil(length / size) }, (_, i) => ({
    from: i * size,
    to: Math.min(length, (i + 1) * size),
  }));
}
