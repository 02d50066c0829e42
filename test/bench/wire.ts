import { parseArgs } from 'node:util';
import { FederatedClient, memoryStorage } from '@murmuration/client-sdk/node';
import type { Trainer } from '@murmuration/client-sdk/training/trainer';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import * as tf from '@murmuration/engine/tfjs/tf';
import type { ThreatModel } from '@murmuration/protocol/secagg/assumptions';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import { defineTask, type TaskDefinition } from '@murmuration/rounds/task/define-task';
import { simulatedFloors } from '@murmuration/simulations/devices/floors';
import { seededRandom } from '@murmuration/simulations/random/seeded-random';
import type { BenchmarkOptions, Figures } from './benchmark.ts';
import { countingProxy } from './counting-proxy.ts';
import { measureProtocol } from './protocol-bytes.ts';

const enrolmentToken = 'a token for the wire benchmark';
/** Rounds that are measured, after one in which the devices connect. */
const rounds = 2;

interface Kind {
  readonly update: TaskDefinition['update'];
  readonly masking: TaskDefinition['masking'];
}

const kinds = {
  float32: { update: { kind: 'float32', clip: 1, weighting: 'uniform' }, masking: 'off' },
  ring: { update: { kind: 'ring', clip: 1, bits: 8, weighting: 'uniform' }, masking: 'off' },
  masked: {
    update: { kind: 'ring', clip: 1, bits: 8, weighting: 'uniform' },
    masking: { threat: 'semi-malicious', corrupt: 0.05, dropping: 0.1 },
  },
} as const satisfies Record<string, Kind>;

/**
 * Bytes on the wire between a coordinator and its devices, counted by a proxy between their sockets: headers, framing and
 * acknowledgements of HTTP and WebSocket included. 8-bit values, equal weights and a largest cohort of 1,000, plain and masked,
 * beside float32; and all protocol messages of a device in a masked round of --cohort devices under --threat, which
 * are certified where that is malicious. --devices, --parameters.
 */
export async function run({ args, log }: BenchmarkOptions): Promise<Figures> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      devices: { type: 'string', default: '6' },
      parameters: { type: 'string', default: '100000' },
      cohort: { type: 'string', default: '1000' },
      threat: { type: 'string', default: 'malicious' },
    },
  });
  const [devices, parameters] = [Number(values.devices), Number(values.parameters)];
  const measured = {} as Record<keyof typeof kinds, Traffic>;
  for (const [name, kind] of Object.entries(kinds)) {
    const traffic = await measure(kind, devices, parameters);
    measured[name as keyof typeof kinds] = traffic;
    log(
      `${name}: ${(traffic.updateUp / parameters).toFixed(3)} bytes up per parameter, ${traffic.control} control bytes`,
    );
  }
  const { float32, ring, masked } = measured;
  const protocol = await measureProtocol(Number(values.cohort), values.threat as ThreatModel, log);
  return {
    fractionOfFloat32: ring.updateUp / float32.updateUp,
    bytesUpPerParameter: ring.updateUp / parameters,
    float32BytesUpPerParameter: float32.updateUp / parameters,
    maskedFractionOfFloat32: masked.updateUp / float32.updateUp,
    /** Of a whole part in a round, in which all other messages are as in `protocol`. */
    maskedFractionWithAllMessages:
      (masked.updateUp + protocol.protocolBytes) / (float32.updateUp + float32.control),
    controlBytesPerDeviceAndRound: ring.control,
    maskedControlBytesPerDeviceAndRound: masked.control,
    ...protocol,
    modelBytesDown: ring.modelDown,
    modelBytesDownPerParameter: ring.modelDown / parameters,
    parameters,
    devices,
    largestCohort: 1_000,
    bits: 8,
    rounds,
  };
}

/** Bytes of one device in one round. */
interface Traffic {
  /** The update, with its request. */
  readonly updateUp: number;
  /** The model, with its answers. */
  readonly modelDown: number;
  /** Both ways over the WebSocket. */
  readonly control: number;
}

async function measure(kind: Kind, devices: number, parameters: number): Promise<Traffic> {
  const coordinator = await createCoordinator(
    parseConfig({ port: 0, enrolmentTokens: [enrolmentToken], log: 'silent' }),
    [
      defineTask({
        name: 'wire',
        model: () => tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [parameters - 1] })] }),
        plan: { learningRate: 1 },
        ...kind,
        // All that there are: the cohort may have 1,000 devices, and the round goes on with those who came by its deadline.
        cohort: { goal: 1_000, minimum: devices, overSelection: 1 },
        deadlines: { gathering: '3 s' },
        uploadSlot: 0,
        schedule: { every: 0 },
      }),
    ],
  );
  const proxy = await countingProxy(new URL(coordinator.url));
  const clients = Array.from(
    { length: devices },
    (_, device) =>
      new FederatedClient({
        url: proxy.url,
        tasks: { wire: { examples: () => [device], trainer: randomTrainer(device) } },
        storage: memoryStorage(),
        enrolment: enrolmentToken,
        consent: 'not-needed',
        floors: simulatedFloors,
      }),
  );
  try {
    for (const client of clients) await client.start();
    await coordinator.start();
    await roundEnded(coordinator, devices);
    const before = { ...proxy.bytes };
    for (let round = 0; round < rounds; round++) await roundEnded(coordinator, devices);
    const perDevice = (name: keyof typeof before) => (proxy.bytes[name] - before[name]) / devices / rounds;
    return { updateUp: perDevice('httpUp'), modelDown: perDevice('httpDown'), control: perDevice('control') };
  } finally {
    for (const client of clients) await client.stop();
    await coordinator.stop();
    await proxy.close();
  }
}

/** Waits for the end of a round; throws where it failed or lost a device. */
async function roundEnded({ events }: Coordinator, devices: number): Promise<void> {
  const record = await new Promise<RoundRecord>(resolve => events.once('round-ended', resolve));
  if (record.outcome !== 'published' || record.tally.accepted !== devices)
    throw new Error(`Round ${record.number} did not go as measured: ${JSON.stringify(record)}`);
}

/** Learns nothing but noise: what crosses the wire does not depend on it. */
function randomTrainer(device: number): Trainer {
  const random = seededRandom(device, 'wire');
  return {
    async train(model) {
      const bytes = random(model.layout.count);
      return { delta: Float32Array.from(bytes, byte => (byte - 127.5) / 1e4), examples: 1, metrics: {} };
    },
    async close() {},
  };
}
