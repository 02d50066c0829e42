import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { freePort } from '../../free-port.ts';
import type { BenchmarkOptions, Figures } from '../benchmark.ts';
import { round } from '../benchmark.ts';
import type { Order, TookPart } from '../rounds/orders.ts';
import { SecondProcess } from '../second-process.ts';

const token = 'a token for the edge benchmark';
const root = fileURLToPath(new URL('../../../', import.meta.url));

/**
 * The most memory that `murmuration serve --profile small` takes, as Linux counts it (VmHWM), from its start until a masked round of all
 * devices is over, beside the same without the profile; from the built packages, with its state in a folder. Each is the most of several
 * coordinators, of one round each: when V8 collects garbage depends on how threads take turns. --devices, --dim (values of the model), --times
 * (coordinators).
 */
export async function run({ args, log }: BenchmarkOptions): Promise<Figures> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      devices: { type: 'string', default: '200' },
      dim: { type: 'string', default: '100000' },
      times: { type: 'string', default: '3' },
    },
  });
  const [devices, dim, times] = [Number(values.devices), Number(values.dim), Number(values.times)];
  log('Building the packages, as they are published.');
  await promisify(execFile)('npm', ['run', 'build'], { cwd: root });
  const most = async (profile: 'small' | 'standard') => {
    const all: Measured[] = [];
    for (let time = 0; time < times; time++) all.push(await measure(profile, devices, dim, log));
    const of = (name: keyof Measured) => all.map(each => each[name]);
    return {
      idleMB: Math.max(...of('idleMB')),
      connectedMB: Math.max(...of('connectedMB')),
      mostMB: Math.max(...of('mostMB')),
      leastMostMB: Math.min(...of('mostMB')),
      published: Math.min(...of('published')),
    };
  };
  const [small, standard] = [await most('small'), await most('standard')];
  return { devices, dim, times, small, standard, node: process.version };
}

interface Measured {
  readonly idleMB: number;
  readonly connectedMB: number;
  readonly mostMB: number;
  readonly published: number;
}

async function measure(
  profile: 'small' | 'standard',
  devices: number,
  dim: number,
  log: (line: string) => void,
): Promise<Measured> {
  const folder = await mkdtemp(join(tmpdir(), 'murmuration-edge-'));
  const task = join(folder, 'edge.task.mjs');
  const config = join(folder, 'config.json');
  const port = await freePort();
  await writeFile(task, taskOf(devices, dim));
  await writeFile(
    config,
    JSON.stringify({ port, storage: join(folder, 'state'), enrolmentTokens: [token], log: 'error' }),
  );
  const serve = [
    join(root, 'coordinator/cli/dist/cli.js'),
    'serve',
    task,
    '--config',
    config,
    '--profile',
    profile,
  ];
  const child = spawn(process.execPath, serve, { stdio: ['ignore', 'pipe', 'inherit'] });
  const second = new SecondProcess<Order, TookPart | null>(new URL('../rounds/devices.ts', import.meta.url));
  try {
    for await (const line of createInterface(child.stdout)) if (/listens/.test(line)) break;
    child.stdout.resume();
    const idle = await memoryOf(child.pid, 'VmRSS');
    const url = `http://127.0.0.1:${port}`;
    await second.run({ do: 'connect', url, devices, token, authority: undefined });
    const connected = await memoryOf(child.pid, 'VmRSS');
    const { outcomes } = await second.run<TookPart>({ do: 'take-part', task: 'edge' });
    const most = await memoryOf(child.pid, 'VmHWM');
    log(`${profile}: ${idle} MB idle, ${connected} MB with ${devices} devices, ${most} MB at most`);
    return { idleMB: idle, connectedMB: connected, mostMB: most, published: outcomes['published'] ?? 0 };
  } finally {
    await second.end();
    child.kill('SIGTERM');
    await once(child, 'exit');
    await rm(folder, { recursive: true });
  }
}

/** Megabytes of a process, by a line of its status. */
async function memoryOf(pid: number | undefined, line: 'VmRSS' | 'VmHWM'): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const [, kib = ''] = new RegExp(`^${line}:\\s+(\\d+) kB`, 'm').exec(status) ?? [];
  return round((Number(kib) * 1_024) / 1e6);
}

function taskOf(devices: number, dim: number): string {
  const coordinator = new URL('../../../coordinator/server/dist/index.js', import.meta.url);
  const tf = new URL('../../../engine/dist/tf.js', import.meta.url);
  return `import { defineTask } from ${JSON.stringify(coordinator.href)};
import * as tf from ${JSON.stringify(tf.href)};

export default defineTask({
  name: 'edge',
  model: () => tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [${dim - 1}] })] }),
  plan: { learningRate: 1 },
  update: { clip: 1, bits: 8, weighting: 'uniform', weightCap: 1 },
  masking: { threat: 'semi-malicious', corrupt: 0.05, dropping: 0.1 },
  cohort: { goal: ${devices}, minimum: ${devices}, overSelection: 1 },
  deadlines: { gathering: '30 min', messages: '30 min', updates: '30 min' },
  uploadSlot: 0,
  schedule: { every: '1 d' },
});
`;
}
