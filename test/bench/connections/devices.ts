// The devices of the connections benchmark, in a process of their own.
import { checkInAnswer } from '@murmuration/protocol/messages/check-in';
import { decodeAck } from '@murmuration/protocol/messages/frame';
import { LightDevice, loopbackAddress } from '../light-device.ts';
import { answerOrders } from '../second-process.ts';
import { checkInByHttp } from './http-check-in.ts';

export type Order =
  /** More devices enrol and say hello. */
  | {
      readonly do: 'connect';
      /** By turns. */
      readonly urls: readonly string[];
      readonly devices: number;
      readonly token: string;
    }
  /** Those that are enrolled and have no connection say hello again, from this one on. */
  | { readonly do: 'connect-again'; readonly urls: readonly string[]; readonly from: number }
  | {
      readonly do: 'check-in';
      readonly perSecond: number;
      /** Each device has one of them, by turns. */
      readonly tasks: readonly string[];
      /** Which of the devices, and in which order; all of them, where it is left out. */
      readonly devices?: readonly number[];
      /** Devices below this number check in by plain HTTP, each without the connection that it has; the others over that. */
      readonly byHttp?: { readonly url: string; readonly below: number };
    }
  /** Ends the connections; the devices stay enrolled. */
  | { readonly do: 'disconnect' };

export interface Connected {
  /** Of those that were to: enrolled, said hello, and still there. */
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
  /** Of one check-in: by plain HTTP headers included, over a socket its framing. */
  readonly bytes: { readonly up: number; readonly down: number };
}

/** Connections that are opened at the same time. */
const opening = 100;

const devices: LightDevice[] = [];

async function connectAll({ urls, devices: count, token }: Extract<Order, { do: 'connect' }>) {
  return opened(count, async number => {
    const device = new LightDevice(urls[number % urls.length]!, loopbackAddress(number));
    await device.enrol(token);
    await device.hello();
    devices.push(device);
  });
}

async function connectAgain({ urls, from }: Extract<Order, { do: 'connect-again' }>) {
  return opened(devices.length - from, async number => {
    const device = new LightDevice(
      urls[number % urls.length]!,
      loopbackAddress(number),
      devices[from + number]!,
    );
    await device.hello();
    devices[from + number] = device;
  });
}

async function opened(count: number, open: (number: number) => Promise<void>): Promise<Connected> {
  const began = performance.now();
  let next = 0;
  let connected = 0;
  const openNext = async () => {
    while (next < count) {
      await open(next++);
      connected++;
    }
  };
  await Promise.all(Array.from({ length: opening }, openNext));
  return { connected, seconds: (performance.now() - began) / 1_000 };
}

/** Open-loop: each check-in is due at its time, whatever became of those before. */
async function checkInAll({
  perSecond,
  tasks,
  devices: chosen = Array.from(devices.keys()),
  byHttp,
}: Extract<Order, { do: 'check-in' }>): Promise<CheckedIn> {
  const latencies: number[] = [];
  const failures = new Set<string>();
  let waiting = 0;
  let latestStart = 0;
  const cpu = process.cpuUsage();
  const began = performance.now();
  const moved = { up: 0, down: 0 };
  const dueAt = (i: number) => began + (i * 1_000) / perSecond;
  const checkIn = async (number: number, due: number) => {
    latestStart = Math.max(latestStart, performance.now() - due);
    const device = devices[number]!;
    const task = tasks[number % tasks.length]!;
    try {
      const { decision, up, down } =
        byHttp && number < byHttp.below
          ? await checkInByHttp(byHttp.url, device, number, task)
          : await checkInBySocket(device, task);
      moved.up += up;
      moved.down += down;
      if (decision === 'waiting') waiting += 1;
      latencies.push(performance.now() - due);
    } catch (error) {
      failures.add(String(error));
    }
  };
  const answers: Promise<void>[] = [];
  while (answers.length < chosen.length) {
    while (answers.length < chosen.length && dueAt(answers.length) <= performance.now())
      answers.push(checkIn(chosen[answers.length]!, dueAt(answers.length)));
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

async function checkInBySocket(device: LightDevice, task: string) {
  const { ack, bytes } = await device.send('check-in', { task, conditions: {} });
  return { decision: decodeAck(ack, checkInAnswer).decision, ...bytes };
}

answerOrders<Order, Connected | CheckedIn | null>(async order => {
  if (order.do === 'connect') return connectAll(order);
  if (order.do === 'connect-again') return connectAgain(order);
  if (order.do === 'check-in') return checkInAll(order);
  for (const device of devices) device.close();
  return null;
});
