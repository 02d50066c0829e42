import { parseArgs } from 'node:util';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import * as tf from '@murmuration/engine/tfjs/tf';
import type { MaskingSettings } from '@murmuration/protocol/messages/plan';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { findParameters } from '@murmuration/protocol/secagg/parameters';
import { meanOfSum, quantizationFor } from '@murmuration/protocol/weights/quantize';
import { shareOf } from '@murmuration/rounds/round/parts';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import { defineTask } from '@murmuration/rounds/task/define-task';
import { PostgresqlServer } from '../../postgresql-server.ts';
import { type BenchmarkOptions, type Figures, round } from '../benchmark.ts';
import { SecondProcess } from '../second-process.ts';
import type { Order, TookPart } from './orders.ts';
import { equalMeans, watchedFedAvg } from './watched-strategy.ts';

const token = 'a token for the spread benchmark';
/** Every device may take its time: they all run in one process. */
const limit = '60 min';
/** Devices that come for each one that is wanted: parts are dealt by chance, and each has to have enough. */
const spare = 1.1;

/**
 * One masked round of --clients devices over --cells cells, behind one front, all in one process over a PostgreSQL of its own, with the devices in
 * a second one: they ask the front, and go to the cell of their part. --dim (values of the model), --threat. `exact`: the version is made of
 * the sum of just those updates that devices say are theirs, bit for bit.
 */
export async function run({ args, log }: BenchmarkOptions): Promise<Figures> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      clients: { type: 'string', default: '4000' },
      cells: { type: 'string', default: '4' },
      dim: { type: 'string', default: '10000' },
      threat: { type: 'string', default: 'semi-malicious' },
    },
  });
  const [clients, cells, dim] = [values.clients, values.cells, values.dim].map(Number) as [
    number,
    number,
    number,
  ];
  const threat = values.threat as MaskingSettings['threat'];
  const postgresql = await PostgresqlServer.start();
  try {
    return await measure({ clients, cells, dim, threat }, await postgresql.freshDatabase(), log);
  } finally {
    await postgresql.remove();
  }
}

interface Wanted {
  readonly clients: number;
  readonly cells: number;
  readonly dim: number;
  readonly threat: MaskingSettings['threat'];
}

async function measure(
  { clients, cells, dim, threat }: Wanted,
  storage: string,
  log: (line: string) => void,
): Promise<Figures> {
  const masking = { threat, corrupt: 0.05, dropping: 0.1, graph: 'sparse' } as const;
  const largest = shareOf(clients, 1, cells);
  const { neighbours, threshold } = findParameters(largest, masking);
  log(`${clients} devices in ${cells} parts, ${dim} values, k ${neighbours}, t ${threshold}`);
  const watched = watchedFedAvg();
  const update = { kind: 'ring', clip: 1, bits: 8, weighting: 'uniform', weightCap: 1 } as const;
  const task = defineTask({
    name: 'round',
    model: () => tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [dim - 1] })] }),
    plan: { learningRate: 1 },
    update,
    masking,
    cohort: { goal: clients, minimum: clients, overSelection: 1, cells },
    deadlines: {
      gathering: limit,
      messages: limit,
      updates: limit,
    },
    uploadSlot: 0,
    schedule: { every: '1 d' },
    strategy: watched.strategy,
  });
  const open = (role: 'front' | 'cell') =>
    createCoordinator(
      parseConfig({ role, storage, port: 0, enrolmentTokens: [token], log: 'silent' }),
      role === 'cell' ? [task] : [],
    );
  const opened: Coordinator[] = [];
  const devices = new SecondProcess<Order, TookPart | null>(new URL('./devices.ts', import.meta.url));
  try {
    for (let i = 0; i < cells; i++) opened.push(await open('cell'));
    const ended = Promise.race(opened.map(roundEnded));
    for (const { events } of opened) events.on('fault', (where, error) => log(`${where}: ${error}`));
    await Promise.all(opened.map(each => each.start()));
    const front = await open('front');
    opened.push(front);
    const certified = threat === 'malicious';
    const authority = certified ? systemRandom(32) : undefined;
    const count = Math.ceil(clients * spare);
    await devices.run({ do: 'connect', url: front.url, devices: count, token, authority });
    log(`${count} devices have enrolled`);
    const cpu = process.cpuUsage();
    const began = performance.now();
    const taking = devices.run<TookPart>({
      do: 'take-part',
      task: 'round',
      wanted: clients,
      smallestPart: shareOf(clients, cells, cells),
    });
    const record = await Promise.race([ended, taking.then(() => ended)]);
    const seconds = (performance.now() - began) / 1_000;
    const { user, system } = process.cpuUsage(cpu);
    const took = await taking;
    const settings = { ...update, largestCohort: clients };
    const quantization = quantizationFor(dim, settings);
    const expected = meanOfSum(took.sum, took.contributors, settings, quantization, record.round);
    return {
      clients,
      cells,
      dim,
      threat,
      k: neighbours,
      t: threshold,
      completed: record.outcome === 'published' && record.tally.accepted === clients,
      exact: watched.means.length === 1 && equalMeans(watched.means[0]!, expected),
      largestPart: Math.max(...record.parts!.map(({ contributors }) => contributors)),
      smallestPart: Math.min(...record.parts!.map(({ contributors }) => contributors)),
      seconds: round(seconds),
      serverCpuSeconds: round((user + system) / 1e6),
      devicesCpuSeconds: round(took.cpuSeconds),
    };
  } finally {
    await devices.end();
    for (const each of opened.reverse()) await each.stop();
  }
}

function roundEnded({ events }: Coordinator): Promise<RoundRecord> {
  return new Promise(resolve => events.once('round-ended', resolve));
}
