import { hex } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Clock } from '@murmuration/protocol/time/clock';
import { sleep } from '@murmuration/protocol/time/sleep';
import type { Redis } from 'ioredis';
import type { RedisAddress } from '../queue/address.ts';
import { connectRedis, endRedis } from '../queue/connection.ts';
import { removeJobs } from '../queue/keys.ts';
import { Pulse } from '../queue/pulse.ts';
import { RunRegistry } from '../queue/registry.ts';
import { repeat } from '../queue/repeat.ts';
import { type Means, ownMeans, type StandingRun, type StandingWorker } from '../queue/standing.ts';
import { knownScenarios } from './known-scenarios.ts';
import { prepare, reasonOf } from './prepare.ts';
import { serveRun } from './serve-run.ts';

/** Milliseconds between two heartbeats, and between searches for runs. */
const heartbeatMs = 1_000;
/**
 * Milliseconds without a heartbeat after which a run counts as dead. A Redis that lost its data gets the run
 * again within a second.
 */
const runTimeoutMs = 30_000;

export interface WorkOptions {
  readonly address: RedisAddress;
  readonly threads: number;
  /** Scenario files in addition to those of this package. */
  readonly files: readonly string[];
  /** Host and process, for messages. */
  readonly name: string;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly tell: (line: string) => void;
  /** Stops the worker once its current jobs are done. */
  readonly signal: AbortSignal;
}

/**
 * Works for the runs of a Redis one after the other until `signal` is aborted.
 * @throws `storage.failed` if the Redis can't be used, and `config.invalid` if every run refuses this worker
 */
export async function work(options: WorkOptions): Promise<void> {
  const { address, threads, files, clock, tell, signal } = options;
  const known = knownScenarios(files);
  const means = await ownMeans();
  const redis = await connectRedis(address, tell);
  try {
    const registry = new RunRegistry(redis);
    const pulse = new Pulse(clock, runTimeoutMs);
    const refused = new Map<string, string>();
    tell(`Waiting for runs at ${address.name} with ${threads} ${threads === 1 ? 'thread' : 'threads'}.`);
    while (!signal.aborted) {
      const alive: [string, StandingRun][] = [];
      for (const [id, run] of await registry.runs()) {
        const state = pulse.look(id, run.beat);
        if (state === 'alive') alive.push([id, run]);
        if (state === 'dead') await registry.removeRun(id);
      }
      const open = alive.find(([id]) => !refused.has(id));
      if (open) {
        const reason = await workFor(redis, registry, open, means, known, options);
        if (reason !== undefined) refused.set(open[0], reason);
        pulse.forget(open[0]);
      } else if (alive.length > 0) {
        const reasons = new Set(alive.map(([id]) => refused.get(id)));
        throw new MurmurationError('config.invalid', `The worker is refused: ${[...reasons].join('; ')}.`);
      } else await sleep(heartbeatMs, clock, signal).catch(() => {});
    }
  } finally {
    await endRedis(redis);
  }
}

/** Works for a run until it is over; returns the reason if this worker can't. */
async function workFor(
  redis: Redis,
  registry: RunRegistry,
  [run, standing]: readonly [string, StandingRun],
  means: Means,
  known: ReadonlyMap<string, URL>,
  { name, threads, clock, random, tell, signal }: WorkOptions,
): Promise<string | undefined> {
  const id = hex(random(8));
  const worker = { name, threads, refused: null };
  const setup = await prepare(standing, means, known).catch(reasonOf);
  if (typeof setup === 'string') {
    const reason = setup.slice(0, 1_000);
    await registry.putWorker(run, id, { ...worker, beat: 0, refused: reason });
    return reason;
  }
  tell(`Working for a run of ${standing.scenario.name}.`);
  let threadsOfAll = threads;
  const taker = { name, threads, threadsOfAll: () => threadsOfAll };
  const serving = serveRun(redis, run, setup, taker, clock);
  const ending = new AbortController();
  const end = () => ending.abort();
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  const pulse = new Pulse(clock, runTimeoutMs);
  let beat = 0;
  let lastBeat = standing.beat;
  let isOver = false;
  const look = async () => {
    if (redis.status !== 'ready') return;
    await registry.putWorker(run, id, { ...worker, beat: beat++ });
    threadsOfAll = threadsIn(await registry.workers(run));
    lastBeat = (await registry.runs()).get(run)?.beat ?? lastBeat;
    const isDead = pulse.look(run, lastBeat) === 'dead';
    if (isDead) await registry.removeRun(run);
    isOver = isDead || (await registry.isOver(run));
    if (isOver) end();
  };
  await repeat(heartbeatMs, clock, ending.signal, look, () => {});
  signal.removeEventListener('abort', end);
  await serving.close();
  if (redis.status === 'ready') {
    await registry.removeWorker(run, id);
    // A search for stalled jobs may have recreated their keys after the run had deleted them.
    if (isOver) await removeJobs(redis, run);
  }
  tell(
    `The run of ${standing.scenario.name} is over for this worker, which has done ${serving.done} of its jobs.`,
  );
  return undefined;
}

/** Counts the threads of workers that are not refused. */
function threadsIn(workers: ReadonlyMap<string, StandingWorker>): number {
  return [...workers.values()].reduce(
    (sum, { threads, refused }) => sum + (refused === null ? threads : 0),
    0,
  );
}
