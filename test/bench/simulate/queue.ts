import { availableParallelism, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { openQueuePool } from '@murmuration/tuning/queue/queue-pool';
import { QueueWorker } from '../../queue-workers.ts';
import { RedisServer } from '../../redis-server.ts';
import { type Figures, round } from '../benchmark.ts';
import { type Cohort, type SimulatedRounds, simulatedRounds } from './rounds.ts';
import scenario from './scenario.ts';

/** Rounds whose trainings are done by worker processes. */
interface QueuedRounds {
  readonly rounds: SimulatedRounds;
  close(): Promise<void>;
}

/**
 * Wall time of rounds whose trainings two worker processes do over a Redis, beside one worker process, and beside two threads of the run's own
 * process. A round of each kind goes before those of the others; the first one of each is the warm-up. Each kind has a Redis of its own.
 */
export async function queueFigures(
  cohort: Cohort,
  rounds: number,
  log: (line: string) => void,
): Promise<Figures> {
  const one = await queuedRounds(cohort, 1, log);
  const two = await queuedRounds(cohort, 2, log);
  const threads = await simulatedRounds(cohort, 2, false);
  const kinds = { threads, oneWorker: one.rounds, twoWorkers: two.rounds };
  const seconds = { threads: 0, oneWorker: 0, twoWorkers: 0 };
  const cpuSeconds = { ...seconds };
  const loads: number[] = [];
  try {
    for (let number = 0; number <= rounds; number++) {
      const took: string[] = [];
      for (const [kind, each] of Object.entries(kinds) as [keyof typeof kinds, SimulatedRounds][]) {
        const next = await each.next();
        if (number > 0) {
          seconds[kind] += next.seconds;
          cpuSeconds[kind] += next.cpuSeconds;
        }
        took.push(`${kind} ${next.seconds.toFixed(3)} s`);
      }
      loads.push(loadavg()[0]!);
      log(`${number === 0 ? 'warm-up' : `round ${number} of ${rounds}`}: ${took.join(', ')}`);
    }
    const hashes = await Promise.all(Object.values(kinds).map(async each => (await each.newest()).hash));
    return {
      speedupOfTwoWorkers: round(seconds.oneWorker / seconds.twoWorkers),
      overTwoThreads: round(seconds.twoWorkers / seconds.threads),
      isSameWeights: new Set(hashes).size === 1,
      seconds: rounded(seconds),
      /** Of the process of the run, without workers and Redis. */
      cpuSeconds: rounded(cpuSeconds),
      rounds,
      ...cohort,
      load: round(loads.reduce((sum, load) => sum + load, 0) / loads.length),
      node: process.version,
      cores: availableParallelism(),
    };
  } finally {
    await Promise.all([one.close(), two.close(), threads.close()]);
  }
}

/** Each to as many digits as figures have. */
export function rounded(values: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, round(value)]));
}

async function queuedRounds(
  cohort: Cohort,
  workers: number,
  log: (line: string) => void,
): Promise<QueuedRounds> {
  const redis = await RedisServer.start();
  const file = fileURLToPath(scenario.module);
  const processes = Array.from({ length: workers }, () => new QueueWorker(redis.url, [file]));
  const { address } = redis;
  const rounds = await simulatedRounds(
    cohort,
    setup =>
      openQueuePool(setup, {
        address,
        name: scenario.name,
        clock: systemClock,
        random: systemRandom,
        tell: log,
        signal: new AbortController().signal,
        workers,
      }),
    false,
  );
  return {
    rounds,
    async close() {
      await rounds.close();
      await Promise.all(processes.map(each => each.end('SIGINT')));
      await redis.remove();
    },
  };
}
