import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { createCoordinator } from '@murmuration/coordinator/assembly/main';
import * as tf from '@murmuration/engine/tfjs/tf';
import { defineTask } from '@murmuration/rounds/task/define-task';
import { type BenchmarkOptions, type Figures, round } from '../benchmark.ts';
import { SecondProcess } from '../second-process.ts';
import type { CheckedIn, Connected, Order } from './devices.ts';

const token = 'a token for the connections benchmark';
/** ms after which the coordinator has forgotten connections that devices have ended. */
const untilEnded = 3_000;

/**
 * Many connections to one coordinator process, from a second one over loopback: all devices enrol, say hello and check in with
 * identities and messages of the real protocol, and wait for a round that does not begin. Then they check in by plain HTTP, each on a
 * connection that it opens and ends. --clients, --rate (check-ins a second).
 */
export async function run({ args, log }: BenchmarkOptions): Promise<Figures> {
  const { values } = parseArgs({
    args: [...args],
    options: { clients: { type: 'string', default: '10000' }, rate: { type: 'string', default: '500' } },
  });
  const [clients, rate] = [Number(values.clients), Number(values.rate)];
  const coordinator = await createCoordinator(
    parseConfig({ port: 0, enrolmentTokens: [token], log: 'silent' }),
    [
      defineTask({
        name: 'wait',
        model: () => tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] }),
        plan: { learningRate: 1 },
        update: { clip: 1, weightCap: 1 },
        masking: 'off',
        // One more than there are: none is drawn, and all wait.
        cohort: { goal: clients + 1, minimum: 1, overSelection: 1 },
        deadlines: { gathering: '1 h' },
        uploadSlot: 0,
        schedule: { every: 0 },
      }),
    ],
  );
  const devices = new SecondProcess<Order, Connected | CheckedIn | null>(
    new URL('./devices.ts', import.meta.url),
  );
  const delay = monitorEventLoopDelay({ resolution: 1 });
  try {
    await coordinator.start();
    const empty = settledMemory();
    delay.enable();
    const enrolmentCpu = process.cpuUsage();
    const { connected, seconds } = await devices.run<Connected>({
      do: 'connect',
      urls: [coordinator.url],
      devices: clients,
      token,
    });
    const enrolment = {
      enrolPerSecond: round(clients / seconds),
      enrolmentServerCpuSeconds: cpuSeconds(enrolmentCpu),
      enrolmentEventLoopDelayMsP99: milliseconds(delay.percentile(99)),
    };
    log(`${connected} of ${clients} are connected after ${seconds.toFixed(1)} s`);
    const full = settledMemory();

    delay.reset();
    const checkInCpu = process.cpuUsage();
    const checkedIn = await devices.run<CheckedIn>({ do: 'check-in', perSecond: rate, tasks: ['wait'] });
    const server = cpuSeconds(checkInCpu);
    for (const failure of checkedIn.failures) log(`check-in failed: ${failure}`);
    await devices.run({ do: 'disconnect' });
    await setTimeout(untilEnded);
    const httpCpu = process.cpuUsage();
    const byHttp = await devices.run<CheckedIn>({
      do: 'check-in',
      perSecond: rate / 2,
      tasks: ['wait'],
      byHttp: { url: coordinator.url, below: clients },
    });
    const httpServer = cpuSeconds(httpCpu);
    for (const failure of byHttp.failures) log(`check-in by HTTP failed: ${failure}`);
    const { latencies } = checkedIn;
    const percentile = (part: number) =>
      round(latencies[Math.min(latencies.length - 1, Math.floor(part * latencies.length))]!);
    return {
      clients,
      connected,
      waiting: checkedIn.waiting,
      kibPerConnection: round((full - empty) / clients / 1_024),
      ...enrolment,
      checkInsPerSecond: round(latencies.length / checkedIn.seconds),
      checkInMsP50: percentile(0.5),
      checkInMsP99: percentile(0.99),
      checkInMsMax: percentile(1),
      eventLoopDelayMsP99: milliseconds(delay.percentile(99)),
      eventLoopDelayMsMax: milliseconds(delay.max),
      serverCpuSeconds: server,
      checkInCpuMs: round((1_000 * server) / latencies.length),
      checkInByHttpCpuMs: round((1_000 * httpServer) / byHttp.latencies.length),
      checkInByHttpBytes: { up: round(byHttp.bytes.up), down: round(byHttp.bytes.down) },
      devicesCpuSeconds: round(checkedIn.cpuSeconds),
      devicesLateMsMax: round(checkedIn.latestStart),
    };
  } finally {
    delay.disable();
    await devices.end();
    await coordinator.stop();
  }
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes of this process in memory once its garbage is gone. */
function settledMemory(): number {
  collectGarbage();
  collectGarbage();
  return process.memoryUsage.rss();
}

function cpuSeconds(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return round((user + system) / 1e6);
}

const milliseconds = (nanoseconds: number): number => round(nanoseconds / 1e6);
