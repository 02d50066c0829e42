import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { hex } from '@murmuration/protocol/encoding/bytes';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { mintToken } from '@murmuration/rounds/tokens/secret-token';
import { freePorts } from '../../free-port.ts';
import { startHaproxy } from '../../haproxy.ts';
import { PostgresqlServer } from '../../postgresql-server.ts';
import { type BenchmarkOptions, type Figures, round } from '../benchmark.ts';
import type { CheckedIn, Connected, Order as DevicesOrder } from '../connections/devices.ts';
import { writesOf } from '../rounds/writes.ts';
import { SecondProcess } from '../second-process.ts';
import type { Order as ServerOrder, Usage } from './server.ts';

const token = 'a token for the cluster benchmark';
const tasks = ['wait', 'wait-again'];
/** Check-ins of each kind for each front before anything counts: by then its code is compiled. */
const warming = 1_500;
/** ms after which coordinators have forgotten connections that devices have ended. */
const untilEnded = 3_000;
/** ms between two looks at what is not told. */
const often = 100;

type Server = SecondProcess<ServerOrder, string | Usage | null>;
type Devices = SecondProcess<DevicesOrder, Connected | CheckedIn | null>;

/**
 * --clients devices of two paused tasks, half of them connected by sockets, and half that check in by plain HTTP through haproxy, each on a
 * connection that it opens and ends: with one process of a coordinator, with one front and two cells, and with two fronts and two cells, each
 * of them a process, over the same PostgreSQL. First those with sockets check in, then the others at half the rate, then all at once at half
 * the rate; --rate (check-ins a second of each front): two fronts get twice as many, since a loop that has less to do at once takes more CPU
 * time for each. All of it is on this machine: what counts is the CPU time of a check-in, of which a core does so many a second. Sockets go
 * past haproxy, which would want two files for each.
 */
export async function run({ args, log }: BenchmarkOptions): Promise<Figures> {
  const { values } = parseArgs({
    args: [...args],
    options: { clients: { type: 'string', default: '20000' }, rate: { type: 'string', default: '400' } },
  });
  const [clients, rate] = [Number(values.clients), Number(values.rate)];
  const polling = clients >> 1;
  const postgresql = await PostgresqlServer.start();
  const devices: Devices = new SecondProcess(new URL('../connections/devices.ts', import.meta.url));
  try {
    const setting = { storage: await postgresql.freshDatabase(), devices, clients, polling, rate, log };
    const one = await measure({ ...setting, fronts: 0 });
    const front = await measure({ ...setting, fronts: 1 });
    const fronts = await measure({ ...setting, fronts: 2 });
    return {
      clients,
      polling,
      rate,
      one,
      oneFront: front,
      twoFronts: fronts,
      // How many times the check-ins of a core that one front does: 1 is no loss.
      scaling: {
        sockets: round(front.sockets.cpuMs / fronts.sockets.cpuMs),
        http: round(front.http.cpuMs / fronts.http.cpuMs),
        both: round(front.both.cpuMs / fronts.both.cpuMs),
      },
    };
  } finally {
    await devices.end();
    await postgresql.remove();
  }
}

interface Setting {
  readonly storage: string;
  readonly devices: Devices;
  readonly clients: number;
  /** Of them, how many hold no connection: the first ones. */
  readonly polling: number;
  /** Check-ins a second of each process that devices connect to. */
  readonly rate: number;
  /** 0: one process does everything. */
  readonly fronts: 0 | 1 | 2;
  log(line: string): void;
}

async function measure({ storage, devices, clients, polling, rate: each, fronts, log }: Setting) {
  const rate = each * Math.max(1, fronts);
  const started: Server[] = [];
  const minted = mintToken('operator', systemRandom, native);
  const { id, digest } = minted.proof;
  const start = async (role: 'all' | 'front' | 'cell', port: number) => {
    const server: Server = new SecondProcess(new URL('./server.ts', import.meta.url));
    started.push(server);
    const config = {
      port,
      storage,
      enrolmentTokens: [token],
      operatorTokens: [{ id, name: 'the benchmark', role: 'operator', sha256: hex(digest) }],
      trustedProxies: ['127.0.0.1'],
      limits: { connections: 2 * clients },
    };
    const order = { do: 'start', role, config, tasks: role === 'front' ? [] : tasks } as const;
    return { server, url: await server.run<string>(order) };
  };
  const [listening, ...ports] = (await freePorts(3)) as [number, number, number];
  let proxy: ReturnType<typeof startHaproxy> | undefined;
  try {
    const cells = fronts === 0 ? [] : [await start('cell', 0), await start('cell', 0)];
    const first = await start(fronts === 0 ? 'all' : 'front', ports[0]!);
    const entrances = [first, ...(fronts === 2 ? [await start('front', ports[1]!)] : [])];
    const places = entrances.map(({ url }) => new URL(url).host);
    const listen = `127.0.0.1:${listening}`;
    proxy = startHaproxy({ listen, first: places[0]!, second: places.at(-1)! });
    const url = `http://${listen}`;
    await untilPaused(url, minted.text);
    const name = fronts === 0 ? 'one process' : `${fronts} front${fronts === 2 ? 's' : ''} and two cells`;
    const urls = entrances.map(entrance => entrance.url);
    const { connected } = await connect(devices, urls, { clients, polling, enrols: fronts === 0 });
    log(`${name}: ${connected} devices are connected, ${polling} are not`);
    const numbers = Array.from({ length: clients }, (_, number) => number);
    const byHttp = { url, below: polling };
    const running = [...cells, ...entrances].map(({ server }) => server);
    const checkIn = async (chosen: readonly number[], perSecond: number) => {
      const counted = await writesOf(storage);
      for (const server of running) await server.run({ do: 'begin' });
      const found = await devices.run<CheckedIn>({
        do: 'check-in',
        perSecond,
        tasks,
        devices: chosen,
        byHttp,
      });
      const usages: Usage[] = [];
      for (const server of running) usages.push(await server.run<Usage>({ do: 'usage' }));
      for (const failure of found.failures) log(`${name}: a check-in failed: ${failure}`);
      const { latencies, bytes } = found;
      const cpuMs = (1_000 * usages.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0)) / latencies.length;
      return {
        checkIns: latencies.length,
        perSecond: round(latencies.length / found.seconds),
        msP50: round(latencies[latencies.length >> 1]!),
        msP99: round(latencies[Math.floor(0.99 * latencies.length)]!),
        cpuMs: round(cpuMs),
        perSecondAndCore: round(1_000 / cpuMs),
        bytes: { up: round(bytes.up), down: round(bytes.down) },
        transactions: (await counted(latencies.length)).transactions,
        eventLoopDelayMsP99: round(Math.max(...usages.map(({ eventLoopDelayMsP99 }) => eventLoopDelayMsP99))),
        devicesLateMsMax: round(found.latestStart),
      };
    };
    const warm = (from: number, perSecond: number) =>
      devices.run({
        do: 'check-in',
        perSecond,
        tasks,
        devices: numbers.slice(from, from + Math.min(polling, warming * entrances.length)),
        byHttp,
      });
    await warm(polling, rate);
    await warm(0, rate / 2);
    const sockets = await checkIn(numbers.slice(polling), rate);
    log(`${name}: by sockets ${sockets.cpuMs} ms of CPU time a check-in`);
    const http = await checkIn(numbers.slice(0, polling), rate / 2);
    log(`${name}: by plain HTTP ${http.cpuMs} ms`);
    // One of each kind by turns.
    const mixed = numbers.map(i => (i % 2 === 0 ? i >> 1 : (i >> 1) + polling)).filter(i => i < clients);
    const both = await checkIn(mixed, rate / 2);
    log(`${name}: both at once ${both.cpuMs} ms`);
    await devices.run({ do: 'disconnect' });
    await setTimeout(untilEnded);
    return { sockets, http, both };
  } finally {
    proxy?.kill('SIGKILL');
    for (const server of started) {
      await server.run({ do: 'stop' }).catch(() => {});
      await server.end();
    }
  }
}

/** Has those connected that hold connections, to these processes by turns; all of them enrol first, where that is to be done. */
async function connect(
  devices: Devices,
  urls: readonly string[],
  { clients, polling, enrols }: { clients: number; polling: number; enrols: boolean },
): Promise<Connected> {
  if (!enrols) return devices.run<Connected>({ do: 'connect-again', urls, from: polling });
  await devices.run({ do: 'connect', urls, devices: polling, token });
  await devices.run({ do: 'disconnect' });
  await setTimeout(untilEnded);
  return devices.run<Connected>({ do: 'connect', urls, devices: clients - polling, token });
}

/** Pauses both tasks once they are there, so that no device is led to a round. */
async function untilPaused(url: string, operator: string): Promise<void> {
  for (const task of tasks)
    for (;;) {
      const answer = await fetch(`${url}/v1/admin/tasks/${task}/pause`, {
        method: 'POST',
        headers: { authorization: `Bearer ${operator}` },
      }).catch(() => undefined);
      if (answer?.ok) break;
      await setTimeout(often);
    }
}
