// The devices of the connections benchmark, in a process of their own.
import { checkInAnswer } from '@murmuration/protocol/messages/check-in';
import { LightDevice, loopbackAddress } from '../light-device.ts';
import { answerOrders } from '../second-process.ts';
import { type CheckInByHttp, checkInByHttp } from './http-check-in.ts';

export type Order =
  | { readonly do: 'connect'; readonly url: string; readonly devices: number; readonly token: string }
  | {
      readonly do: 'check-in';
      readonly perSecond: number;
      readonly task: string;
      /** Each device by plain HTTP, and without the connection that it has; else over that. */
      readonly url?: string;
    }
  /** Ends the connections; the devices stay enrolled. */
  | { readonly do: 'disconnect' };

export interface Connected {
  /** Enrolled, said hello, and still there. */
  readonly connected: number;
  readonly seconds: number;
}

export interface CheckedIn {
  /** ms from when each check-in was due to its answer, ascending. */
  readonly latencies: readonly number[];
  readonly waiting: number;
  readonly failures: readonly string[];
  readonly seconds: number;
  /** ms by which check-ins left late at most: beyond a few, this process and not the coordinator was too slow. */
  readonly latestStart: number;
  readonly cpuSeconds: number;
  /** Of one check-in by plain HTTP, headers included. */
  readonly bytes: { readonly up: number; readonly down: number };
}

/** Connections that are opened at the same time. */
const opening = 100;

const devices: LightDevice[] = [];

async function connectAll({ url, devices: count, token }: Extract<Order, { do: 'connect' }>) {
  const began = performance.now();
  let next = 0;
  const connectNext = async () => {
    while (next < count) {
      const device = new LightDevice(url, loopbackAddress(next++));
      await device.enrol(token);
      await device.hello();
      devices.push(device);
    }
  };
  await Promise.all(Array.from({ length: opening }, connectNext));
  return { connected: devices.length, seconds: (performance.now() - began) / 1_000 };
}

/** Open-loop: each check-in is due at its time, whatever became of those before. */
async function checkInAll({ perSecond, task, url }: Extract<Order, { do: 'check-in' }>): Promise<CheckedIn> {
  const latencies: number[] = [];
  const failures = new Set<string>();
  let waiting = 0;
  let latestStart = 0;
  const cpu = process.cpuUsage();
  const began = performance.now();
  const moved = { up: 0, down: 0 };
  const count = (each: CheckInByHttp) => {
    moved.up += each.up;
    moved.down += each.down;
    return each;
  };
  const dueAt = (i: number) => began + (i * 1_000) / perSecond;
  const checkIn = async (device: LightDevice, number: number, due: number) => {
    latestStart = Math.max(latestStart, performance.now() - due);
    try {
      const { decision } = url
        ? count(await checkInByHttp(url, device, number, task))
        : await device.ask('check-in', { task, conditions: {} }, checkInAnswer);
      if (decision === 'waiting') waiting += 1;
      latencies.push(performance.now() - due);
    } catch (error) {
      failures.add(String(error));
    }
  };
  const answers: Promise<void>[] = [];
  while (answers.length < devices.length) {
    while (answers.length < devices.length && dueAt(answers.length) <= performance.now())
      answers.push(checkIn(devices[answers.length]!, answers.length, dueAt(answers.length)));
    await new Promise(resolve => setTimeout(resolve, 1));
  }
  await Promise.all(answers);
  const seconds = (performance.now() - began) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  return {
    latencies: latencies.sort((a, b) => a - b),
    waiting,
    failures: [...failures],
    seconds,
    latestStart,
    cpuSeconds: (user + system) / 1e6,
    bytes: { up: moved.up / latencies.length, down: moved.down / latencies.length },
  };
}

answerOrders<Order, Connected | CheckedIn | null>(async order => {
  if (order.do === 'connect') return connectAll(order);
  if (order.do === 'check-in') return checkInAll(order);
  for (const device of devices) device.close();
  return null;
});
