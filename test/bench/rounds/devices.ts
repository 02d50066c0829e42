// The devices of the rounds benchmark, in a process of their own.
import { native } from '@murmuration/protocol/primitives/node';
import { certify, type EnrolmentAuthority } from '@murmuration/protocol/secagg/certificate';
import { loopbackAddress } from '../light-device.ts';
import { answerOrders } from '../second-process.ts';
import { type Contribution, type InTurn, RoundDevice } from './device.ts';
import type { Order, TookPart } from './orders.ts';

const population = 'bench';

const atCells: RoundDevice[] = [];

/** Connections that are opened at the same time. */
const opening = 100;

let devices: RoundDevice[] = [];
let authorityOfAll: EnrolmentAuthority | undefined;

let last: Promise<unknown> = Promise.resolve();
const inTurn: InTurn = work => {
  const turn = last.then(async () => {
    await new Promise(resolve => setImmediate(resolve));
    return work();
  });
  last = turn.catch(() => {});
  return turn;
};

async function connectAll({ url, devices: count, token, authority }: Extract<Order, { do: 'connect' }>) {
  const signing = authority && native.ed25519.signingKey(authority);
  const pinned = signing && { key: signing.publicKey, population };
  authorityOfAll = pinned;
  let next = 0;
  const connectNext = async () => {
    while (next < count) {
      const device = new RoundDevice(url, loopbackAddress(next++), pinned, inTurn);
      const identity = device.light.key.publicKey;
      await device.light.enrol(
        token,
        signing && certify(native, signing, { population, lastDay: 0 }, identity),
      );
      await device.light.hello();
      devices.push(device);
    }
  };
  await Promise.all(Array.from({ length: opening }, connectNext));
  return null;
}

/** A device goes to the cell that the front names, and takes part in a round there. */
async function goToCell(device: RoundDevice, task: string, smallestCohort: number): Promise<Contribution> {
  const { cell, ticket } = await device.askFront(task);
  device.close();
  const there = new RoundDevice(cell, device.localAddress, authorityOfAll, inTurn, device.light);
  atCells.push(there);
  await there.light.hello();
  return there.takePart(task, { ticket, smallestCohort });
}

/** So many as a round wants; the others wait in vain. */
function firstOf(count: number, all: readonly Promise<Contribution>[]): Promise<Contribution[]> {
  const first: Contribution[] = [];
  return new Promise((resolve, reject) => {
    for (const each of all)
      each.then(contribution => {
        if (first.push(contribution) === count) resolve(first);
      }, reject);
  });
}

async function takePart({
  task,
  wanted,
  smallestPart = 1,
}: Extract<Order, { do: 'take-part' }>): Promise<TookPart> {
  const cpu = process.cpuUsage();
  const contributions = await (wanted === undefined
    ? Promise.all(devices.map(device => device.takePart(task)))
    : firstOf(
        wanted,
        devices.map(device => goToCell(device, task, smallestPart)),
      ));
  const { user, system } = process.cpuUsage(cpu);
  const sum = new Int32Array(contributions[0]!.elements.length);
  const outcomes: Record<string, number> = {};
  for (const { elements, outcome } of contributions) {
    for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! + elements[i]!;
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  }
  return {
    outcomes,
    sum,
    contributors: contributions.length,
    bytes: contributions.map(({ bytes }) => bytes),
    cpuSeconds: (user + system) / 1e6,
  };
}

answerOrders<Order, TookPart | null>(async order => {
  if (order.do === 'connect') return connectAll(order);
  if (order.do === 'take-part') return takePart(order);
  for (const device of [...devices, ...atCells]) device.close();
  devices = [];
  return null;
});
