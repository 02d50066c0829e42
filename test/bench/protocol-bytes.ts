import { FederatedClient, memoryStorage } from '@murmuration/client-sdk/node';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { createCoordinator } from '@murmuration/coordinator/assembly/main';
import * as tf from '@murmuration/engine/tfjs/tf';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { decodeFrame } from '@murmuration/protocol/messages/frame';
import { type MaskingContribution, maskingInput } from '@murmuration/protocol/messages/masking';
import type { MaskingEvent } from '@murmuration/protocol/messages/masking-event';
import type { Assignment } from '@murmuration/protocol/messages/round';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import type { ThreatModel } from '@murmuration/protocol/secagg/assumptions';
import { certify } from '@murmuration/protocol/secagg/certificate';
import { planHash } from '@murmuration/protocol/secagg/context';
import { findParameters } from '@murmuration/protocol/secagg/parameters';
import {
  dealShares,
  enterRound,
  maskUpdate,
  type ParticipantContext,
  takeShares,
} from '@murmuration/protocol/secagg/participant';
import { revealShares, takeStatement } from '@murmuration/protocol/secagg/revealing';
import { packRing } from '@murmuration/protocol/secagg/ring';
import type { Demands } from '@murmuration/protocol/secagg/roster';
import { dayOf } from '@murmuration/protocol/time/day';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { encodeUpdate } from '@murmuration/protocol/weights/codec';
import { layoutOf } from '@murmuration/protocol/weights/layout';
import { quantizationFor, quantize } from '@murmuration/protocol/weights/quantize';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import { defineTask } from '@murmuration/rounds/task/define-task';
import { simulatedFloors } from '@murmuration/simulations/devices/floors';
import * as z from 'zod/mini';
import { enrolmentToken } from '../e2e/line.ts';
import { RawDevice } from '../e2e/raw-device.ts';
import { countingProxy } from './counting-proxy.ts';

/** Devices whose bytes are counted: clients of the SDK. */
const counted = 3;
/** Certificates hold until tomorrow. */
const lastDay = dayOf(systemClock.now()) + 1;
const population = 'the devices of the benchmark';
const update = { kind: 'ring', clip: 1, bits: 8, weighting: 'uniform' } as const;
const layout = layoutOf([
  { name: 'values/kernel', shape: [7, 1] },
  { name: 'values/bias', shape: [1] },
]);

/**
 * Bytes of all protocol messages of one device in one masked round of `cohort` devices, both ways over its WebSocket, framing
 * and acknowledgements included: assignment, keys, roster with its proofs, shares, bundle, survivors, agree, agreed, reveal, end. Some devices
 * are clients of the SDK behind the counting proxy; the others have connections of their own as well and take turns, so that one
 * process can play them all.
 */
export async function measureProtocol(cohort: number, threat: ThreatModel, log: (line: string) => void) {
  const long = '10 min';
  const assumptions = { threat, corrupt: 0.05, dropping: 0.1 };
  const authority = threat === 'malicious' ? native.ed25519.signingKey(systemRandom(32)) : undefined;
  const certificateOf = (identity: Uint8Array) =>
    authority && certify(native, authority, { population, lastDay }, identity);
  const coordinator = await createCoordinator(
    parseConfig({ port: 0, enrolmentTokens: [enrolmentToken], log: 'silent' }),
    [
      defineTask({
        name: 'protocol',
        model: () =>
          tf.sequential({ layers: [tf.layers.dense({ name: 'values', units: 1, inputShape: [7] })] }),
        plan: { learningRate: 1 },
        update,
        masking: assumptions,
        cohort: { goal: cohort, minimum: cohort, overSelection: 1 },
        deadlines: {
          gathering: long,
          messages: long,
          updates: long,
        },
        uploadSlot: 0,
        schedule: { every: '1 d' },
      }),
    ],
  );
  const proxy = await countingProxy(new URL(coordinator.url));
  const clients = Array.from(
    { length: counted },
    () =>
      new FederatedClient({
        url: proxy.url,
        tasks: { protocol: { examples: () => [0], trainer } },
        storage: memoryStorage(),
        enrolment: enrolmentToken,
        consent: 'not-needed',
        ...(authority && { certificate: async identity => certificateOf(identity)! }),
        floors: authority
          ? { ...simulatedFloors, enrolmentKey: authority.publicKey, population }
          : simulatedFloors,
      }),
  );
  const others: RawDevice[] = [];
  try {
    const waiting = Promise.all(
      clients.map(client => new Promise<void>(resolve => client.on('wait', () => resolve()))),
    );
    for (const client of clients) await client.start();
    await waiting;
    while (others.length < cohort - counted) others.push(await join(coordinator.url, certificateOf));
    log(`protocol: ${cohort} devices are connected`);
    const before = proxy.bytes.control;
    const ended = new Promise<RoundRecord>(resolve => coordinator.events.once('round-ended', resolve));
    await coordinator.start();
    const demands: Demands = {
      assumptions,
      smallestCohort: 3,
      smallestSum: 3,
      authority: authority && { key: authority.publicKey, population },
      today: 0,
    };
    await playRound(others, demands, log);
    const record = await ended;
    if (record.outcome !== 'published' || record.tally.accepted !== cohort)
      throw new Error(`The round did not go as measured: ${JSON.stringify(record)}`);
    const { neighbours: k, threshold: t } = findParameters(cohort, assumptions);
    return { protocolBytes: (proxy.bytes.control - before) / counted, protocolCohort: cohort, threat, k, t };
  } finally {
    for (const { socket } of others) socket.disconnect();
    for (const client of clients) await client.stop();
    await coordinator.stop();
    await proxy.close();
  }
}

const trainer = {
  train: async () => ({ delta: new Float32Array(layout.count).fill(0.1), examples: 1, metrics: {} }),
  close: async () => {},
};

async function join(
  url: string,
  certificateOf: (identity: Uint8Array) => Uint8Array | undefined,
): Promise<RawDevice> {
  const device = await new RawDevice(url).connect();
  const certificate = certificateOf(device.key.publicKey);
  await device.enrol(certificate && { certificate });
  await device.hello();
  await device.checkIn({ task: 'protocol' });
  return device;
}

/** Each phase of the round, one device after the other. */
async function playRound(
  devices: readonly RawDevice[],
  demands: Demands,
  log: (line: string) => void,
): Promise<void> {
  const keyed = await each(devices, async device => {
    const assignment = await device.assigned();
    const context = contextOf(device, demands, assignment);
    const state = enterRound(context, systemRandom(32));
    await contribute(device, assignment, 'keys', state.message);
    return { device, assignment, context, state };
  });
  log('protocol: keys are sent');
  const dealt = await each(keyed, async ({ device, assignment, context, state }) => {
    const next = dealShares(context, state, await fed(device, 'roster'));
    await contribute(device, assignment, 'shares', next.message);
    return { device, assignment, context, state: next };
  });
  log('protocol: shares are dealt');
  const masked = await each(dealt, async ({ device, assignment, context, state }) => {
    const ready = takeShares(context, state, await fed(device, 'bundle'));
    const { elements, width } = quantized(assignment);
    const next = maskUpdate(context, ready, elements, width);
    const packed = packRing(elements, width);
    const bytes = encodeUpdate(layout.hash, elements.length, { kind: 'ring', packed }, width);
    const { status } = await device.upload(assignment, bytes, next.message);
    if (status !== 200) throw new Error(`An update was answered with ${status}.`);
    return { device, assignment, context, state: next };
  });
  log('protocol: updates are sent');
  const agreed = await each(masked, async ({ device, assignment, context, state }) => {
    const next = takeStatement(context, state, await fed(device, 'survivors'));
    if (next.phase !== 'unmasking') throw new Error('This round needs no agreement.');
    await contribute(device, assignment, 'agree', next.message);
    return { device, assignment, context, state: next };
  });
  log('protocol: the statement is agreed on');
  await each(agreed, async ({ device, assignment, context, state }) => {
    const { message } = revealShares(context, state, await fed(device, 'agreed'));
    await contribute(device, assignment, 'reveal', message).catch(refuseAllButClosed);
  });
}

async function each<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}

function contextOf(
  { key }: RawDevice,
  demands: Demands,
  { plan: { task }, planBytes, round, number }: Assignment,
): ParticipantContext {
  const plan = planHash(native, number, planBytes);
  return { primitives: native, task, round, plan, identity: key, demands };
}

async function contribute(
  device: RawDevice,
  { round, assignment }: Assignment,
  event: 'keys' | 'shares' | 'agree' | 'reveal',
  message: Uint8Array,
): Promise<void> {
  const contribution: MaskingContribution = { round, assignment, message };
  await device.ask(event, contribution, z.null());
}

async function fed(device: RawDevice, event: MaskingEvent): Promise<Uint8Array> {
  return decodeFrame(await device.next(event), maskingInput).message;
}

function quantized({ plan, round }: Assignment) {
  const quantization = quantizationFor(layout.count, { ...plan.update, largestCohort: plan.largestCohort });
  const delta = new Float32Array(layout.count).fill(0.1);
  return { elements: quantize(delta, 1, quantization, round, systemRandom), width: quantization.width };
}

/** Once enough have revealed their shares, the others come too late. */
function refuseAllButClosed(error: unknown): void {
  if (!(error instanceof MurmurationError) || error.code !== 'round.closed') throw error;
}
