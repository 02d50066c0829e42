import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { InferenceClient } from '@murmuration/inference-client';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { BenchmarkOptions, Figures } from '../../bench/benchmark.ts';
import { PackedProcess } from '../../e2e/processes.ts';
import { freePorts } from '../../free-port.ts';
import { halfPlusTwo, ModelFolder } from '../../unit/serving/server/models.ts';

const replicas = 3;
/** Callers, each of whom asks again as soon as it has its answer. */
const callers = 16;
/** Requests that are answered with one replica gone, and with all of them there again, before the next kill. */
const answersBetween = 2_000;
const configuration = fileURLToPath(new URL('../../../deploy/haproxy/inference.cfg', import.meta.url));

/**
 * Kills inference servers behind haproxy, as the guide sets it up, with SIGKILL, one after another, --times times in all, while callers
 * ask through it; each is started again before the next one is killed. A caller repeats a request once where that can help.
 */
export async function run({ args, log }: BenchmarkOptions): Promise<{ figures: Figures; failed: boolean }> {
  const { values } = parseArgs({ args: [...args], options: { times: { type: 'string', default: '9' } } });
  const times = Number(values.times);
  if (spawnSync('haproxy', ['-v']).status !== 0)
    throw new MurmurationError(
      'config.invalid',
      'There is no haproxy; install it (apt-get install haproxy).',
    );
  const folder = await ModelFolder.create();
  await folder.put('half', 1, await halfPlusTwo());
  const [front, ...ports] = await freePorts(1 + replicas);
  const start = (port: number) =>
    new PackedProcess('coordinator/cli/src/cli.ts', [
      'inference',
      '--from',
      folder.path,
      '--port',
      String(port),
    ]);
  const running = ports.map(start);
  let proxy: ChildProcess | undefined;
  const counts = { requests: 0, tries: 0, wrong: 0 };
  const failures = new Map<string, number>();
  const slowest: number[] = [];
  let isOver = false;
  let wake = () => {};
  try {
    await Promise.all(running.map(each => each.printed(/served on/)));
    const [first, second, third] = ports.map(port => `127.0.0.1:${port}`);
    proxy = spawn('haproxy', ['-db', '-f', configuration], {
      env: { ...process.env, LISTEN: `127.0.0.1:${front}`, FIRST: first, SECOND: second, THIRD: third },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const client = new InferenceClient({
      url: `http://127.0.0.1:${front}`,
      retries: 1,
      fetch(...request) {
        counts.tries += 1;
        return fetch(...request);
      },
    });
    await untilReady(`http://127.0.0.1:${front}/v2/health/ready`);
    const call = async (caller: number): Promise<void> => {
      for (let turn = 0; !isOver; turn++) {
        const x = caller * 1_000 + (turn % 1_000);
        const began = performance.now();
        try {
          const result = await client.infer('half', { x: new Float32Array([x]) });
          if (result.numbers('y')[0] !== x / 2 + 2) counts.wrong += 1;
        } catch (error) {
          const code = error instanceof MurmurationError ? error.code : String(error);
          failures.set(code, (failures.get(code) ?? 0) + 1);
        }
        slowest.push(performance.now() - began);
        counts.requests += 1;
        wake();
      }
    };
    const calls = Promise.all(Array.from({ length: callers }, (_, caller) => call(caller)));
    const answered = async (more: number): Promise<void> => {
      for (const wanted = counts.requests + more; counts.requests < wanted; )
        await new Promise<void>(resolve => {
          wake = resolve;
        });
    };
    await answered(answersBetween);
    for (let kill = 0; kill < times; kill++) {
      const at = kill % replicas;
      running[at]!.child.kill('SIGKILL');
      await running[at]!.ended();
      await answered(answersBetween);
      running[at] = start(ports[at]!);
      await running[at]!.printed(/served on/);
      await answered(answersBetween);
      log(`kill ${kill + 1}: ${counts.requests} requests`);
    }
    isOver = true;
    await calls;
    slowest.sort((a, b) => a - b);
    const failed = [...failures.values()].reduce((sum, each) => sum + each, 0);
    for (const [code, each] of failures) log(`${each} requests failed with ${code}`);
    const figures = {
      times,
      replicas,
      callers,
      requests: counts.requests,
      repeated: counts.tries - counts.requests,
      failed,
      wrong: counts.wrong,
      p99Ms: Number(slowest[Math.floor(slowest.length * 0.99)]!.toFixed(1)),
      maxMs: Math.round(slowest.at(-1)!),
    };
    return { figures, failed: failed + counts.wrong > 0 };
  } finally {
    isOver = true;
    proxy?.kill('SIGKILL');
    for (const each of running) {
      each.child.kill('SIGKILL');
      await each.ended();
    }
    await folder.remove();
  }
}

async function untilReady(url: string): Promise<void> {
  for (;;) {
    const answer = await fetch(url).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok) return;
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}
