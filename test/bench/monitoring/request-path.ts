import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBackend } from '@murmuration/engine/backend/backend';
import * as tf from '@murmuration/engine/tfjs/tf';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { steadyClock } from '@murmuration/protocol/time/system-clock';
import { systemTurns } from '@murmuration/serving/adapters/system-turns';
import { openMonitor } from '@murmuration/serving/assembly/monitor';
import { inferenceSchema, serverSettings } from '@murmuration/serving/assembly/settings';
import { openRequestLog } from '@murmuration/serving/request-log/open';
import { layersRuntime } from '@murmuration/serving/runtime/layers';
import { type InferenceEvents, joinEvents } from '@murmuration/serving/server/events';
import { InferenceServer } from '@murmuration/serving/server/inference-server';
import { Registry } from 'prom-client';
import { median, round } from '../benchmark.ts';
import { BenchModels } from '../serving/models.ts';

const requests = 4_000;
const trials = 7;
/** Of the small dense model. */
const [inputs, units] = [100, 10];

/** ms of CPU, of all threads, that a request takes without and with a log and a monitor. */
export async function requestPath(): Promise<{ readonly plainMs: number; readonly watchedMs: number }> {
  await startBackend();
  const x = tf.input({ shape: [inputs], name: 'x' });
  const y = tf.layers.dense({ units, name: 'y' }).apply(x) as tf.SymbolicTensor;
  const folder = await mkdtemp(join(tmpdir(), 'murmuration-bench-log-'));
  const clock = steadyClock();
  const settings = inferenceSchema.parse({ log: { files: { folder } } });
  const ports = { clock, random: systemRandom };
  const log = await openRequestLog(settings.log!, { ...ports, turns: systemTurns, events: {} });
  const events = { fault: (where: string, error: unknown) => console.error(where, error) };
  const monitor = openMonitor(settings, { ...ports, metrics: new Registry(), events })!;
  const models = () => {
    const source = new BenchModels();
    source.add('small', tf.model({ inputs: x, outputs: y }));
    return source;
  };
  const open = (heard: InferenceEvents) => {
    const { preload: _, ...rest } = serverSettings(settings);
    const transformers = () => undefined;
    const runtimes = [layersRuntime()];
    return new InferenceServer({
      ...rest,
      ...ports,
      source: models(),
      runtimes,
      transformers,
      turns: systemTurns,
      events: heard,
    });
  };
  const plain = open({});
  const watched = open(joinEvents({ answered: exchange => log.record(exchange) }, monitor.watch.events));
  const data = Float32Array.from({ length: inputs }, (_, at) => Math.fround(Math.sin(at)));
  const input = { name: 'x', datatype: 'FP32', shape: [1, inputs], data } as const;
  let number = 0;
  const measure = async (server: InferenceServer): Promise<number> => {
    const before = process.cpuUsage();
    for (let request = 0; request < requests; request++)
      await server.infer({ model: 'small', inputs: [input], protocol: 'oip', id: `request ${number++}` });
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000 / requests;
  };
  const spent = { plain: [] as number[], watched: [] as number[] };
  try {
    for (let trial = -1; trial < trials; trial++) {
      const [own, other] = [await measure(plain), await measure(watched)];
      // The first trial is the warm-up of the compilers.
      if (trial < 0) continue;
      spent.plain.push(own);
      spent.watched.push(other);
    }
    return { plainMs: round(median(spent.plain)), watchedMs: round(median(spent.watched)) };
  } finally {
    await plain.close();
    await watched.close();
    await monitor.watch.close();
    await log.close();
    await rm(folder, { recursive: true });
  }
}
