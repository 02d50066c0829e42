import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBackend } from '@murmuration/engine/backend/backend';
import { describeModel } from '@murmuration/engine/models/model';
import * as tf from '@murmuration/engine/tfjs/tf';
import { encodeModel } from '@murmuration/protocol/weights/model-files';
import { type ServedModels, serveModels } from '@murmuration/serving/assembly/serve-models';
import { inferenceSchema } from '@murmuration/serving/assembly/settings';
import { rabbitmqSchema } from '@murmuration/serving/brokers/settings';
import { folderModels } from '@murmuration/serving/source/folder';
import { RabbitmqServer } from '../../e2e/rabbitmq-server.ts';
import { type BenchmarkOptions, type Figures, round } from '../benchmark.ts';
import { SecondProcess } from '../second-process.ts';
import type { ClientOrder, ClientReport } from './clients.ts';
import { idealHitRate, zipfTrace } from './trace.ts';

const models = 1_000;
/** Inputs and outputs of a model, whose weights are then 1 MiB. */
const width = 512;
const mebibyte = 2 ** 20;
const budget = 100 * mebibyte;
const requests = 10_000;
const exponent = 1.1;
const queue = 'ondemand';
const nameOf = (model: number) => `model-${model}`;

/**
 * Many models on little memory, asked over RabbitMQ by Zipf's law: how often a model is in memory, beside a perfect memory of the same size and
 * the same trace, how long a load takes, and what memory all of it takes. Models lie in a folder; the clients have a process of their own.
 */
export async function run({ args, log }: BenchmarkOptions): Promise<Figures> {
  if (args.length > 0)
    throw new Error(`The benchmark ondemand takes no arguments, but got ${args.join(' ')}.`);
  const trace = zipfTrace(models, requests, exponent, 1);
  const folder = await mkdtemp(join(tmpdir(), 'murmuration-ondemand-'));
  log(`Writing ${models} models …`);
  await writeModels(folder);
  log('Starting RabbitMQ …');
  const broker = await RabbitmqServer.start();
  const clients = new SecondProcess<ClientOrder, ClientReport>(new URL('./clients.ts', import.meta.url));
  let served: ServedModels | undefined;
  try {
    const loads: number[] = [];
    let [peakModels, peakRss] = [0, 0];
    let isConnected = () => {};
    const connected = new Promise<void>(resolve => {
      isConnected = resolve;
    });
    served = await serveModels({
      source: await folderModels(folder),
      settings: inferenceSchema.parse({ memory: budget }),
      port: 0,
      brokers: {
        rabbitmq: rabbitmqSchema.parse({ url: broker.url, queue }),
        events: { connected: () => isConnected() },
      },
      events: {
        loaded(_, ms) {
          loads.push(ms);
          peakModels = Math.max(peakModels, served?.server.used ?? 0);
          peakRss = Math.max(peakRss, process.memoryUsage.rss());
        },
      },
    });
    await connected;
    const rss = process.memoryUsage.rss();
    const cpu = process.cpuUsage();
    log(`Asking ${requests} times …`);
    const { ms, errors } = await clients.run<ClientReport>({
      url: broker.url,
      queue,
      models: trace.map(nameOf),
      inputs: width,
    });
    const { user, system } = process.cpuUsage(cpu);
    peakRss = Math.max(peakRss, process.memoryUsage.rss());
    const sorted = loads.toSorted((a, b) => a - b);
    const at = (share: number) => round(sorted[Math.floor(share * (sorted.length - 1))] ?? 0);
    return {
      models,
      modelMB: (4 * width * width) / mebibyte,
      budgetMB: budget / mebibyte,
      requests,
      exponent,
      hitRate: round(1 - loads.length / requests),
      idealHitRate: round(idealHitRate(trace, budget / (4 * width * width))),
      loads: loads.length,
      loadP50Ms: at(0.5),
      loadP99Ms: at(0.99),
      peakModelMB: round(peakModels / mebibyte),
      rssGrowthMB: round((peakRss - rss) / mebibyte),
      requestsPerSecond: round((1_000 * requests) / ms),
      cpuMsPerRequest: round((user + system) / 1_000 / requests),
      errors,
    };
  } finally {
    await served?.close();
    await clients.end();
    await broker.remove();
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeModels(folder: string): Promise<void> {
  await startBackend();
  const x = tf.input({ shape: [width], name: 'x' });
  const layer = tf.layers.dense({ units: width, useBias: false, name: 'y' });
  const model = tf.model({ inputs: x, outputs: layer.apply(x) as tf.SymbolicTensor });
  const { topology, layout, weights } = describeModel(model);
  model.dispose();
  for (let number = 0; number < models; number++) {
    // No two have the same content: of those, one would be in memory.
    weights[0] = number;
    const { json, weightsHash, weights: bytes } = encodeModel(topology, layout, weights);
    const version = join(folder, nameOf(number), '1');
    await mkdir(version, { recursive: true });
    await writeFile(join(version, `${weightsHash}.bin`), bytes);
    await writeFile(join(version, 'model.json'), json);
  }
}
