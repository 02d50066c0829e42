import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { createCoordinator } from '@murmuration/coordinator/assembly/main';
import { connectionsPath } from '@murmuration/protocol/messages/polling';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { mintInferenceToken } from '@murmuration/serving/access/tokens';
import { lineTask } from '../../e2e/line.ts';
import { freePort } from '../../free-port.ts';
import { PostgresqlServer } from '../../postgresql-server.ts';
import { denseModel, ModelFolder } from '../../unit/serving/server/models.ts';
import { bundleWorker, Workerd, workerd } from '../../unit/serving/server/workerd.ts';
import { type BenchmarkOptions, type Figures, median, round } from '../benchmark.ts';

const starts = 7;
const root = fileURLToPath(new URL('../../../', import.meta.url));
const platform = fileURLToPath(new URL('./platform.mjs', import.meta.url));
/** Inference; a front is asked for a connection. */
const inferencePath = '/v2/models/dense/infer';
const question = JSON.stringify({
  inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 100], data: Array(100).fill(0.5) }],
});

/**
 * From the start of a process to its first answer: with a dense model of 100 × 10 in a folder, `murmuration inference` as the baseline, and the
 * handlers of examples/serverless; with a cell on a PostgreSQL of its own, `murmuration serve --role front` as the baseline, and the handlers of
 * fronts, each asked for a connection. All from the built packages, in turns; and bytes of the Worker.
 */
export async function run({ args, log }: BenchmarkOptions): Promise<Figures> {
  if (args.length > 0)
    throw new Error(`The benchmark serverless takes no arguments, but got ${args.join(' ')}.`);
  log('Building the packages, as they are published.');
  await promisify(execFile)('npm', ['run', 'build'], { cwd: root });
  const folder = await ModelFolder.create();
  await folder.put('dense', 1, await denseModel(100, 10));
  const { text: token, id, sha256 } = mintInferenceToken(systemRandom, native);
  const inference = JSON.stringify({ tokens: [{ id, name: 'bench', rights: ['predict'], sha256 }] });
  const built = await mkdtemp(join(tmpdir(), 'murmuration-worker-'));
  const postgresql = await PostgresqlServer.start();
  const settings = {
    storage: await postgresql.freshDatabase(),
    enrolmentTokens: ['a token for the serverless benchmark'],
    log: 'silent',
  };
  const config = join(built, 'front.json');
  await writeFile(config, JSON.stringify({ ...settings, trustedProxies: ['127.0.0.1'] }));
  const environment = { ...process.env, INFERENCE: inference, CONFIG: config };
  const handled = (platform: string, file: string) => () =>
    handlerStart([platform, file, folder.path, token], environment);
  const ways: Record<string, () => Promise<number>> = {
    server: () =>
      serverStart(port => ['inference', '--from', folder.path, '--port', port], inferencePath, question),
    lambda: handled('lambda', 'lambda.js'),
    functions: handled('functions', 'functions.js'),
    front: () => serverStart(() => ['serve', '--role', 'front', '--config', config], connectionsPath),
    frontLambda: handled('lambda', 'front-lambda.js'),
    frontFunctions: handled('functions', 'front-functions.js'),
  };
  const cell = await createCoordinator(parseConfig({ ...settings, role: 'cell', port: 0 }), [lineTask()]);
  try {
    await cell.start();
    if (workerd) {
      const binary = workerd;
      ways.worker = () => workerStart(binary, folder.path, inference, token);
    }
    const times = new Map(Object.keys(ways).map(name => [name, [] as number[]]));
    for (let turn = 0; turn <= starts; turn++)
      for (const [name, start] of Object.entries(ways)) {
        const ms = await start();
        // The first turn reads the files into the system's memory.
        if (turn > 0) times.get(name)?.push(ms);
        log(`${name}: ${ms.toFixed(0)} ms to its first answer`);
      }
    await bundleWorker(join(root, 'examples/serverless/worker.js'), built, true);
    const script = await readFile(join(built, 'worker.js'));
    const kernels = await readFile(join(built, 'kernels.wasm'));
    const coldStartMs = Object.fromEntries([...times].map(([name, all]) => [name, round(median(all))]));
    return {
      coldStartMs,
      workerKB: round((script.length + kernels.length) / 1_000),
      workerGzipKB: round((gzipSync(script).length + gzipSync(kernels).length) / 1_000),
      node: process.version,
    };
  } finally {
    await cell.stop();
    await postgresql.remove();
    await rm(built, { recursive: true });
    await rm(folder.path, { recursive: true });
  }
}

/** `args`: those of platform.mjs. */
async function handlerStart(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const began = performance.now();
  const child = spawn(process.execPath, [platform, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr?.on('data', chunk => {
    said += chunk;
  });
  const answered = once(child.stdout as NodeJS.ReadableStream, 'data').then(() => performance.now() - began);
  const [status] = await once(child, 'exit');
  if (status !== 0) throw new Error(`${args[1]} ended with ${status}: ${said}`);
  return answered;
}

async function serverStart(
  argsFor: (port: string) => readonly string[],
  path: string,
  body?: string,
): Promise<number> {
  const port = String(await freePort());
  const began = performance.now();
  const child = spawn(process.execPath, [join(root, 'coordinator/cli/dist/cli.js'), ...argsFor(port)], {
    // That of a coordinator has no argument.
    env: { ...process.env, MURMURATION_PORT: port },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  try {
    await firstAnswer(`http://127.0.0.1:${port}${path}`, {}, body, child);
    return performance.now() - began;
  } finally {
    if (child.exitCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  }
}

/** Its bundle is made before, as it is deployed. */
async function workerStart(
  binary: string,
  folder: string,
  inference: string,
  token: string,
): Promise<number> {
  const worker = await Workerd.prepare(folder, inference);
  const began = performance.now();
  await worker.start(binary);
  try {
    await firstAnswer(`${worker.url}${inferencePath}`, { authorization: `Bearer ${token}` }, question);
    return performance.now() - began;
  } finally {
    await worker.stop();
  }
}

/** Asks until there is an answer. */
async function firstAnswer(
  url: string,
  headers: Record<string, string>,
  body?: string,
  child?: ChildProcess,
): Promise<void> {
  for (;;) {
    if (child && child.exitCode !== null) throw new Error(`It ended with ${child.exitCode}.`);
    const answer = await fetch(url, {
      method: 'POST',
      ...(body && { headers: { 'content-type': 'application/json', ...headers }, body }),
    }).catch(() => undefined);
    if (answer?.ok) return;
    if (answer) throw new Error(`It answered HTTP ${answer.status}: ${await answer.text()}`);
    await pause(5);
  }
}
