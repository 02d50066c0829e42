import { performance } from 'node:perf_hooks';
import { freeMemory } from '@murmuration/protocol/primitives/node';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import {
  type FederationOptions,
  openFederation,
  type VirtualFederation,
} from '@murmuration/simulations/federation/federation';
import { completeSettings } from '@murmuration/simulations/scenario/complete-settings';
import { startThreads, WorkerPool } from '@murmuration/simulations/workers/worker-pool';
import scenario from './scenario.ts';

/** What takes part in each round. */
export interface Cohort {
  /** Clients that there are. */
  readonly clients: number;
  /** Those of them that train in a round. */
  readonly cohort: number;
  /** That each client has. */
  readonly examples: number;
}

/** What a round takes. */
export interface Took {
  readonly seconds: number;
  /** Of all threads. */
  readonly cpuSeconds: number;
}

/** Rounds of one kind, one at a time. */
export interface Rounds {
  /** What the next round takes. Throws where a client does not contribute. */
  next(): Promise<Took>;
  close(): Promise<void>;
}

/** Rounds in the simulator. */
export interface SimulatedRounds extends Rounds {
  /** The part of these seconds in which the main thread ran, or waited for a processor, 0 to 1. */
  readonly mainThreadBusy: number;
  newest(): Promise<ModelFiles>;
}

/** Rounds of the coordinator, its devices and the protocol between them, on virtual time. */
export async function simulatedRounds(
  cohort: Cohort,
  workers: NonNullable<FederationOptions['workers']>,
  masked: boolean,
): Promise<SimulatedRounds> {
  const settings = settingsOf(cohort, masked);
  const data = await dataOf(settings);
  let fault: unknown;
  const federation: VirtualFederation = await openFederation(scenario as never, settings, data, {
    workers,
    failed: (_, error) => {
      fault ??= error;
    },
  });
  const busy = { active: 0, idle: 0 };
  return {
    get mainThreadBusy() {
      return busy.active / (busy.active + busy.idle);
    },
    async next() {
      const loop = performance.eventLoopUtilization();
      const timer = timed();
      const { outcome, tally } = await federation.next();
      const took = timer();
      const { active, idle } = performance.eventLoopUtilization(loop);
      busy.active += active;
      busy.idle += idle;
      if (fault !== undefined) throw fault;
      if (outcome !== 'published' || tally.accepted !== cohort.cohort)
        throw new Error(`A round ended as ${outcome}, with ${tally.accepted} of ${cohort.cohort} updates.`);
      return took;
    },
    newest: () => federation.newest(),
    close: () => federation.close(),
  };
}

/** The baseline: the same threads train for the same clients, and nothing comes of it. */
export async function bareRounds(cohort: Cohort, workers: number, files: ModelFiles): Promise<Rounds> {
  const settings = settingsOf(cohort, false);
  const { module } = scenario;
  const pool = new WorkerPool(startThreads(workers, { module, settings, data: await dataOf(settings) }));
  const weights = new Float32Array(new SharedArrayBuffer(files.weights.byteLength));
  weights.set(files.weights);
  const model = { ...files, weights };
  const training = { ...settings.plan, seed: settings.seed };
  return {
    async next() {
      const timer = timed();
      const clients = Array.from({ length: cohort.cohort }, (_, client) => client);
      await Promise.all(
        clients.map(async client => {
          const job = { kind: 'train', client, model, settings: training } as const;
          const { delta } = await pool.run(job, { due: client }).result;
          // Left to the garbage collector, it would be the rounds of the other kinds that collect it.
          freeMemory(delta.buffer as ArrayBuffer);
        }),
      );
      return timer();
    },
    close: () => pool.close(),
  };
}

let loaded: { readonly key: string; readonly data: ReturnType<typeof scenario.data> } | undefined;

/** The data of these settings, once for all kinds: a run by itself has them once in memory, and what is there costs its collector time. */
function dataOf(settings: Parameters<typeof scenario.data>[0]): ReturnType<typeof scenario.data> {
  const key = JSON.stringify(settings.data);
  if (loaded?.key !== key) loaded = { key, data: scenario.data(settings) };
  return loaded.data;
}

function settingsOf({ clients, cohort, examples }: Cohort, masked: boolean) {
  return completeSettings(scenario, {
    data: { clients, examples },
    masking: { enabled: masked },
    cohort: { goal: cohort, minimum: cohort },
  });
}

/** From now on. */
function timed(): () => Took {
  const cpu = process.cpuUsage();
  const began = performance.now();
  return () => {
    const seconds = (performance.now() - began) / 1_000;
    const { user, system } = process.cpuUsage(cpu);
    return { seconds, cpuSeconds: (user + system) / 1e6 };
  };
}
