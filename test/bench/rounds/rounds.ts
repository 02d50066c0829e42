import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import * as tf from '@murmuration/engine/tfjs/tf';
import type { MaskingSettings } from '@murmuration/protocol/messages/plan';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { findParameters } from '@murmuration/protocol/secagg/parameters';
import { meanOfSum, quantizationFor } from '@murmuration/protocol/weights/quantize';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import { defineTask } from '@murmuration/rounds/task/define-task';
import { PostgresqlServer } from '../../postgresql-server.ts';
import { type BenchmarkOptions, type Figures, round } from '../benchmark.ts';
import { SecondProcess } from '../second-process.ts';
import { type Order, type Part, parts, socketParts, type TookPart } from './orders.ts';
import { watchPhases } from './watch-phases.ts';
import { equalMeans, watchedFedAvg } from './watched-strategy.ts';
import { writesOf } from './writes.ts';

const token = 'a token for the rounds benchmark';
/** Bytes of all protocol messages of one device, the vector aside. */
const protocolBytesLimit = 98_304;
/** Every device may take its time: they all run in one process. */
const limit = '30 min';

interface Cohort {
  readonly clients: number;
  readonly dim: number;
  readonly durable: boolean;
  /** Keeps the state of the coordinator. */
  readonly postgresql: PostgresqlServer | undefined;
}

/**
 * A whole masked round over real sockets beside the same one unmasked: check-in, phases, model, upload, unmasking and version,
 * with devices in a second process that draw their updates at random. --clients, --dim (values of the model), --threat,
 * --durable (the coordinator keeps its state in a folder), --postgresql (in a PostgreSQL of its own, whose writes are counted).
 */
export async function run({ args, log }: BenchmarkOptions): Promise<Figures> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      clients: { type: 'string', default: '1000' },
      dim: { type: 'string', default: '10000' },
      threat: { type: 'string', default: 'semi-malicious' },
      durable: { type: 'boolean', default: false },
      postgresql: { type: 'boolean', default: false },
    },
  });
  const postgresql = values.postgresql ? await PostgresqlServer.start() : undefined;
  try {
    return await compare(values, postgresql, log);
  } finally {
    await postgresql?.remove();
  }
}

interface Wanted {
  readonly clients: string;
  readonly dim: string;
  readonly threat: string;
  readonly durable: boolean;
}

async function compare(
  values: Wanted,
  postgresql: PostgresqlServer | undefined,
  log: (line: string) => void,
): Promise<Figures> {
  const sizes = { clients: Number(values.clients), dim: Number(values.dim), durable: values.durable };
  const cohort = { ...sizes, postgresql };
  const threat = values.threat as MaskingSettings['threat'];
  const masking: MaskingSettings = { threat, corrupt: 0.05, dropping: 0.1, graph: 'sparse' };
  const { neighbours, threshold } = findParameters(cohort.clients, masking);
  log(`${cohort.clients} devices, ${cohort.dim} values, k ${neighbours}, t ${threshold}`);
  const plain = await measure(cohort, 'off', log);
  const masked = await measure(cohort, masking, log);
  const { protocolBytes } = masked;
  return {
    ...sizes,
    threat,
    k: neighbours,
    t: threshold,
    completed: plain.completed && masked.completed,
    exact: plain.exact && masked.exact,
    masked: masked.figures,
    plain: plain.figures,
    protocolBytes,
    protocolBytesLimit,
    bytesPerDevice: { masked: masked.bytes, plain: plain.bytes },
  };
}

async function measure(
  { clients, dim, durable, postgresql }: Cohort,
  masking: MaskingSettings | 'off',
  log: (line: string) => void,
) {
  const watched = watchedFedAvg();
  const update = { kind: 'ring', clip: 1, bits: 8, weighting: 'uniform', weightCap: 1 } as const;
  const folder = durable ? await mkdtemp(join(tmpdir(), 'murmuration-rounds-')) : undefined;
  const database = await postgresql?.freshDatabase();
  const coordinator = await createCoordinator(
    parseConfig({ port: 0, enrolmentTokens: [token], log: 'silent', storage: database ?? folder }),
    [
      defineTask({
        name: 'round',
        model: () => tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [dim - 1] })] }),
        plan: { learningRate: 1 },
        update,
        masking,
        cohort: { goal: clients, minimum: clients, overSelection: 1 },
        deadlines: {
          gathering: limit,
          messages: limit,
          updates: limit,
        },
        uploadSlot: 0,
        schedule: { every: '1 d' },
        strategy: watched.strategy,
      }),
    ],
  );
  coordinator.events.on('fault', (where, error) => log(`${where}: ${error}`));
  const devices = new SecondProcess<Order, TookPart | null>(new URL('./devices.ts', import.meta.url));
  try {
    const certified = masking !== 'off' && masking.threat === 'malicious';
    const authority = certified ? systemRandom(32) : undefined;
    await devices.run({ do: 'connect', url: coordinator.url, devices: clients, token, authority });
    await coordinator.start();
    const writes = database === undefined ? undefined : await writesOf(database);
    const phases = watchPhases(coordinator.events, log);
    const ended = roundEnded(coordinator);
    const cpu = process.cpuUsage();
    const began = performance.now();
    const taking = devices.run<TookPart>({ do: 'take-part', task: 'round' });
    const record = await Promise.race([ended, taking.then(() => ended)]);
    const seconds = (performance.now() - began) / 1_000;
    const { user, system } = process.cpuUsage(cpu);
    const phasesMeasured = phases.end();
    const took = await taking;

    const settings = { ...update, largestCohort: clients };
    const quantization = quantizationFor(dim, settings);
    const expected = meanOfSum(took.sum, took.contributors, settings, quantization, record.round);
    const protocolBytes = Math.max(
      ...took.bytes.map(bytes =>
        [...socketParts, 'upload' as const].reduce((sum, part) => sum + bytes[part].up + bytes[part].down, 0),
      ),
    );
    return {
      completed:
        record.outcome === 'published' &&
        record.tally.accepted === clients &&
        took.outcomes.published === clients,
      exact: watched.means.length === 1 && equalMeans(watched.means[0]!, expected),
      protocolBytes,
      bytes: averages(took),
      figures: {
        seconds: round(seconds),
        serverCpuSeconds: round((user + system) / 1e6),
        devicesCpuSeconds: round(took.cpuSeconds),
        ...phasesMeasured,
        ...(writes && { databasePerDevice: await writes(clients) }),
      },
    };
  } finally {
    await devices.end();
    await coordinator.stop();
    if (folder) await rm(folder, { recursive: true });
  }
}

function roundEnded({ events }: Coordinator): Promise<RoundRecord> {
  return new Promise(resolve => events.once('round-ended', resolve));
}

/** What a device moves on average, by part. */
function averages({ bytes }: TookPart): Partial<Record<Part, { up: number; down: number }>> {
  const mean = (part: Part, way: 'up' | 'down') =>
    Math.round(bytes.reduce((sum, each) => sum + each[part][way], 0) / bytes.length);
  return Object.fromEntries(
    parts
      .map(part => [part, { up: mean(part, 'up'), down: mean(part, 'down') }] as const)
      .filter(([, { up, down }]) => up + down > 0),
  );
}
