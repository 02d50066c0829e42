import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { growHeapFreely } from '@murmuration/simulations/workers/heap';
import { type BenchmarkOptions, type Figures, round } from '../benchmark.ts';
import { SecondProcess } from '../second-process.ts';
import { leastOf, WatchedThreads } from './least.ts';
import type { Order, Weighed } from './many-devices.ts';
import { queueFigures, rounded } from './queue.ts';
import { bareRounds, type Rounds, simulatedRounds } from './rounds.ts';

const workers = 2;
/** Of the run with many devices. */
const many = { rounds: 3, cohort: 100, examples: 60 } as const;

/**
 * Wall time of rounds in the simulator on two threads, unmasked and masked, beside that of the trainings alone on as many threads, and of the
 * same rounds on one. A round of each kind goes before those of the others, so that what else the machine does falls on all alike; the first
 * one of each is the warm-up. Beside them stands the least that the arithmetic of the protocol leaves room for (`least.ts`). --rounds, --clients (of each round), --examples (of each client), --devices (of the run that is weighed).
 * With --queue worker processes over a Redis train in place of threads (`queue.ts`).
 */
export async function run({ args, log }: BenchmarkOptions): Promise<Figures> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: '20' },
      clients: { type: 'string', default: '50' },
      examples: { type: 'string', default: '600' },
      devices: { type: 'string', default: '10000' },
      queue: { type: 'boolean', default: false },
    },
  });
  const [rounds, clients, examples, devices] = [
    values.rounds,
    values.clients,
    values.examples,
    values.devices,
  ].map(Number) as [number, number, number, number];
  growHeapFreely();
  const cohort = { clients, cohort: clients, examples };
  if (values.queue) return queueFigures(cohort, rounds, log);
  // First: a new process counts what the one that forked it weighs as its own.
  const weighed = await weigh({ ...many, clients: devices, workers });
  log(`${devices} devices: ${weighed.rssMiB.toFixed(0)} MiB`);

  const watched = new WatchedThreads();
  const plain = await simulatedRounds(cohort, watched.open(workers), false);
  const masked = await simulatedRounds(cohort, workers, true);
  const oneWorker = await simulatedRounds(cohort, 1, false);
  const bare = await bareRounds(cohort, workers, await plain.newest());
  const kinds = { bare, plain, masked, oneWorker };
  const seconds = { bare: 0, plain: 0, masked: 0, oneWorker: 0 };
  const cpuSeconds = { ...seconds };
  try {
    for (let number = 0; number <= rounds; number++) {
      const took: string[] = [];
      for (const [kind, each] of Object.entries(kinds) as [keyof typeof kinds, Rounds][]) {
        const one = await each.next();
        if (number > 0) {
          seconds[kind] += one.seconds;
          cpuSeconds[kind] += one.cpuSeconds;
        }
        took.push(`${kind} ${one.seconds.toFixed(3)} s`);
      }
      log(`${number === 0 ? 'warm-up' : `round ${number} of ${rounds}`}: ${took.join(', ')}`);
    }
    const least = leastOf(watched.prepared, cohort.cohort);
    const leastBeside = (each: number) => round(1 + (each * clients * rounds) / workers / seconds.bare);
    return {
      overhead: round(seconds.plain / seconds.bare),
      overheadMasked: round(seconds.masked / seconds.bare),
      /** What these would be if the rounds did nothing but train and the arithmetic in `least.ts`, on all threads without a pause. */
      least: { overhead: leastBeside(least.plain), overheadMasked: leastBeside(least.masked) },
      /** Of that arithmetic, core ms a client. */
      arithmetic: rounded({ plain: least.plain * 1_000, masked: least.masked * 1_000 }),
      speedupOfTwoWorkers: round(seconds.oneWorker / seconds.plain),
      rssMiB: round(weighed.rssMiB),
      seconds: rounded(seconds),
      cpuSeconds: rounded(cpuSeconds),
      mainThreadBusy: { plain: round(plain.mainThreadBusy), masked: round(masked.mainThreadBusy) },
      rounds,
      clients,
      examples,
      workers,
      weighed: { ...many, devices, seconds: round(weighed.seconds) },
      node: process.version,
      cores: availableParallelism(),
    };
  } finally {
    await Promise.all(Object.values(kinds).map(each => each.close()));
  }
}

async function weigh(order: Order): Promise<Weighed> {
  const child = new SecondProcess<Order, Weighed>(new URL('./many-devices.ts', import.meta.url));
  try {
    return await child.run(order);
  } finally {
    await child.end();
  }
}
