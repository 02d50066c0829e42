// The devices of the benchmark of secure aggregation, one after the other, in a process of their own: what they leave to
// the garbage collector is no cost of the server.
import { randomBytes } from 'node:crypto';
import { native } from '@murmuration/protocol/primitives/node';
import { smallestSumByDefault } from '@murmuration/protocol/secagg/assumptions';
import { certify } from '@murmuration/protocol/secagg/certificate';
import {
  dealShares,
  enterRound,
  maskUpdate,
  type Participant,
  type ParticipantContext,
  takeShares,
} from '@murmuration/protocol/secagg/participant';
import { revealShares, takeStatement } from '@murmuration/protocol/secagg/revealing';
import { packRing } from '@murmuration/protocol/secagg/ring';
import { median } from '../benchmark.ts';
import { answerOrders } from '../second-process.ts';
import { type Stopwatch, stopwatch } from '../stopwatch.ts';
import { round } from './bound.ts';
import {
  type Entered,
  type Finished,
  type MaskedUpdate,
  type Order,
  type Parcel,
  type Report,
  valueBits,
} from './orders.ts';

interface Device {
  readonly context: ParticipantContext;
  readonly cpu: Stopwatch;
  state: Participant;
}

const population = 'bench';

let devices: Device[] = [];
let width = 0;
let sum = new Int32Array(0);
let contributors: Device[] = [];

function enter({ clients, dim, threat, corrupt, dropping, ...order }: Extract<Order, { do: 'enter' }>) {
  width = order.width;
  sum = new Int32Array(dim + 1);
  const authority = threat === 'malicious' ? native.ed25519.signingKey(randomBytes(32)) : undefined;
  const demands = {
    assumptions: { threat, corrupt, dropping },
    smallestCohort: clients,
    authority: authority && { key: authority.publicKey, population },
    today: 0,
    smallestSum: smallestSumByDefault,
  };
  return Array.from({ length: clients }, (): Entered => {
    const identity = native.ed25519.signingKey(randomBytes(32));
    const context = { ...round, identity, demands };
    const cpu = stopwatch();
    const state = cpu.time(() => enterRound(context, randomBytes(32)));
    devices.push({ context, cpu, state });
    const certificate =
      authority && certify(native, authority, { population, lastDay: 0 }, identity.publicKey);
    return { identity: identity.publicKey, certificate, message: state.message };
  });
}

function deal({ rosters }: Extract<Order, { do: 'deal' }>) {
  return rosters.map(({ device: number, bytes }): Parcel => {
    const device = devices[number]!;
    const { context, state } = device;
    if (state.phase !== 'keys') throw new Error('This device has dealt.');
    const next = device.cpu.time(() => dealShares(context, state, bytes));
    device.state = next;
    return { device: number, bytes: next.message };
  });
}

function contribute({ bundles }: Extract<Order, { do: 'contribute' }>) {
  return bundles.map(({ device: number, bytes }): MaskedUpdate => {
    const device = devices[number]!;
    const { context, state } = device;
    if (state.phase !== 'shares') throw new Error('This device has contributed.');
    const update = pseudoUpdate(number, sum.length);
    for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! + update[i]!;
    const { masked, packed } = device.cpu.time(() => {
      const masked = maskUpdate(context, takeShares(context, state, bytes), update, width);
      return { masked, packed: packRing(update, width) };
    });
    device.state = masked;
    contributors.push(device);
    return { device: number, bytes: packed, signature: masked.message };
  });
}

/** Agrees to the statement; what is honest but curious has it answered at once, and gets what is revealed. */
function agree({ statement, devices: numbers }: Extract<Order, { do: 'agree' }>) {
  return numbers.map((number): Parcel => {
    const device = devices[number]!;
    const { context, state } = device;
    if (state.phase !== 'agreement') throw new Error('This device has not contributed.');
    const next = device.cpu.time(() => takeStatement(context, state, statement));
    device.state = next;
    return { device: number, bytes: next.message };
  });
}

function reveal({ agreed }: Extract<Order, { do: 'reveal' }>) {
  return agreed.map(({ device: number, bytes }): Parcel => {
    const device = devices[number]!;
    const { context, state } = device;
    if (state.phase !== 'unmasking') throw new Error('This device has not agreed.');
    const next = device.cpu.time(() => revealShares(context, state, bytes));
    device.state = next;
    return { device: number, bytes: next.message };
  });
}

function finish(): Finished {
  const finished = { sum, cpuMs: median(contributors.map(({ cpu }) => cpu.milliseconds)) };
  devices = contributors = [];
  return finished;
}

/** Values of 8 bits that follow from the number of the device, and its weight, 1. */
function pseudoUpdate(number: number, length: number): Int32Array {
  const update = new Int32Array(length);
  for (let i = 0, state = number; i < length - 1; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    update[i] = state >> (32 - valueBits);
  }
  update[length - 1] = 1;
  return update;
}

answerOrders<Order, Report>(async order => {
  switch (order.do) {
    case 'enter':
      return enter(order);
    case 'deal':
      return deal(order);
    case 'contribute':
      return contribute(order);
    case 'agree':
      return agree(order);
    case 'reveal':
      return reveal(order);
    case 'finish':
      return finish();
  }
});
