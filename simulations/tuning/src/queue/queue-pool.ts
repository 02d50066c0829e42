import { readFileSync } from 'node:fs';
import { hex } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { native } from '@murmuration/protocol/primitives/node';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Clock } from '@murmuration/protocol/time/clock';
import { sleep } from '@murmuration/protocol/time/sleep';
import type { JobPool } from '@murmuration/simulations/workers/job-pool';
import type { WorkerSetup } from '@murmuration/simulations/workers/jobs';
import { startThreads, WorkerPool } from '@murmuration/simulations/workers/worker-pool';
import type { RedisAddress } from './address.ts';
import { connectRedis, endRedis } from './connection.ts';
import { digestOf } from './digest.ts';
import { isFar } from './jobs.ts';
import { Pulse } from './pulse.ts';
import { RunRegistry } from './registry.ts';
import { RemoteJobs } from './remote-jobs.ts';
import { repeat } from './repeat.ts';
import { ownMeans, type StandingRun } from './standing.ts';
import { WorkersWatch } from './workers-watch.ts';

/** Milliseconds between two heartbeats of a run, and between looks at its workers. */
const heartbeatMs = 1_000;
/** Milliseconds without a heartbeat after which another run's entries are removed. */
const runPatience = 60_000;
/** Half of the maximum number of queued jobs: enough for this many worker threads. */
const halfQueueLength = 32;

export interface QueuePorts {
  readonly address: RedisAddress;
  /** Name of the scenario. */
  readonly name: string;
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** Prints a line about workers that come and go, and about waiting. */
  readonly tell: (line: string) => void;
  /** Ends the wait for workers. */
  readonly signal: AbortSignal;
  /**
   * Number of workers needed to begin.
   * @default 1
   */
  readonly workers?: number;
}

/**
 * Opens a pool whose trainings and measurements run on workers of any machine that shares a Redis. The state
 * of a single device, its masks and random draws, stays in a thread of this process. Resolves once there are
 * enough workers.
 * @throws `storage.failed` if the Redis can't be used, `config.invalid` for data that can't be compared, and
 * `training.stopped` once `signal` is aborted
 */
export async function openQueuePool(setup: WorkerSetup, ports: QueuePorts): Promise<JobPool> {
  const { address, name, clock, random, tell, signal, workers = 1 } = ports;
  const means = await ownMeans();
  const standing: Omit<StandingRun, 'beat'> = {
    means,
    scenario: { name, file: hex(native.sha256(readFileSync(new URL(setup.module)))) },
    settings: JSON.stringify(setup.settings),
    data: digestOf(setup.data),
  };
  const redis = await connectRedis(address, tell);
  const id = hex(random(8));
  const registry = new RunRegistry(redis);
  const watch = new WorkersWatch(clock, tell);
  const others = new Pulse(clock, runPatience);
  const closing = new AbortController();
  let beat = 0;
  const look = async () => {
    if (redis.status !== 'ready') return;
    await registry.putRun(id, { ...standing, beat: beat++ });
    for (const worker of watch.look(await registry.workers(id))) await registry.removeWorker(id, worker);
    for (const [other, run] of await registry.runs())
      if (other !== id && others.look(other, run.beat) === 'dead') await registry.removeRun(other);
  };
  const beating = repeat(heartbeatMs, clock, closing.signal, look, () => {});
  const remote = new RemoteJobs(redis, id, clock, tell);
  const far = new WorkerPool(Array.from({ length: halfQueueLength }, () => remote));
  // This thread never trains, so it needs no data.
  const near = new WorkerPool(startThreads(1, { ...setup, data: { train: [], heldOut: [], clients: [] } }));
  const close = async () => {
    closing.abort();
    await beating;
    await remote.destroy();
    if (redis.status === 'ready') await registry.removeRun(id).catch(() => {});
    await endRedis(redis);
    await near.close();
    if (remote.summary) tell(remote.summary);
  };
  try {
    if (watch.size < workers)
      tell(`Waiting for workers; start them with: npm run simulate -- worker --queue ${address.name}`);
    while (watch.size < workers)
      await sleep(100, clock, signal).catch(() => {
        throw new MurmurationError('training.stopped', 'The run was stopped while it waited for workers.');
      });
  } catch (error) {
    await close();
    throw error;
  }
  return {
    get size() {
      return watch.threads;
    },
    nextId: () => near.nextId(),
    hold: () => near.hold(),
    release: thread => near.release(thread),
    run: (job, dispatch) => (isFar(job) ? far : near).run(job, dispatch),
    close,
  };
}
