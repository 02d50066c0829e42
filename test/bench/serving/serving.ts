import { largeModel, nextWordModel } from '@murmuration/demo-keyboard-app/task/model';
import { keyboardServing } from '@murmuration/demo-keyboard-app/task/serving';
import { firstWordId, Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { startBackend } from '@murmuration/engine/backend/backend';
import { onnxOf } from '@murmuration/engine/onnx/write';
import { scorerOf } from '@murmuration/engine/runtime/predict';
import * as tf from '@murmuration/engine/tfjs/tf';
import { dataToBytes } from '@murmuration/inference-client/tensors/binary-data';
import type { Tensor } from '@murmuration/inference-client/tensors/tensor';
import { utf8 } from '@murmuration/protocol/encoding/bytes';
import { type ServedModels, serveModels } from '@murmuration/serving/assembly/serve-models';
import { inferenceSchema } from '@murmuration/serving/assembly/settings';
import { protocol } from '@murmuration/serving/grpc/protocol';
import protobuf from 'protobufjs';
import { type BenchmarkOptions, type Figures, median, ratioOf, round } from '../benchmark.ts';
import { SecondProcess } from '../second-process.ts';
import type { ClientOrder, ClientReport } from './clients.ts';
import { fastApiServer } from './fast-api.ts';
import { BenchModels } from './models.ts';
import { type PlainServer, plainServer } from './plain-server.ts';

const small = { inputs: 100, units: 10 };
/** 8,390,656 weights: 34 MB, which the cache of a server may hold. */
const large = { inputs: 4_096, units: 2_048 };
/** 33,558,528 weights: 134 MB, which come from memory. */
const huge = { inputs: 8_192, units: 4_096 };
const concurrency = [1, 16, 64];
const requests = 2_000;
const sentence = 'how are you doing to';
const swaps = 100;

/** A dense model with an output of logits. */
function dense({ inputs, units }: { readonly inputs: number; readonly units: number }): tf.LayersModel {
  const x = tf.input({ shape: [inputs], name: 'x' });
  const y = tf.layers.dense({ units, name: 'y' }).apply(x) as tf.SymbolicTensor;
  return tf.model({ inputs: x, outputs: y });
}

function row(length: number): Tensor {
  const data = Float32Array.from({ length }, (_, at) => Math.fround(Math.sin(at)));
  return { name: 'x', datatype: 'FP32', shape: [1, length], data };
}

const json = (value: unknown) => new Uint8Array(Buffer.from(JSON.stringify(value)));
const plainHeaders = { 'content-type': 'application/json' };
const RequestType = protobuf.parse(protocol).root.lookupType('inference.ModelInferRequest');

interface Kind extends Pick<ClientOrder, 'wire' | 'body' | 'headers' | 'requests'> {
  /** Behind the URL of a server. */
  readonly path: string;
}

/** What is asked. */
interface Asked {
  readonly url: string;
  readonly grpc?: string | null;
}

/** A request for tensors in JSON, in bytes, and over gRPC in bytes. */
function kindsOf(
  model: string,
  input: Tensor,
  requests: number,
): Readonly<Record<'json' | 'binary' | 'grpc', Kind>> {
  const { data, ...head } = input;
  const path = `/v2/models/${model}/infer`;
  const bytes = Buffer.from(dataToBytes(input));
  const header = Buffer.from(
    JSON.stringify({
      parameters: { binary_data_output: true },
      inputs: [{ ...head, parameters: { binary_data_size: bytes.length } }],
    }),
  );
  const values =
    input.datatype === 'BYTES'
      ? (data as readonly Uint8Array[]).map(text => Buffer.from(text).toString())
      : Array.from(data as Float32Array);
  const http = { wire: 'http', path, requests } as const;
  const message = RequestType.fromObject({ modelName: model, inputs: [head], rawInputContents: [bytes] });
  return {
    json: { ...http, body: json({ inputs: [{ ...head, data: values }] }), headers: plainHeaders },
    binary: {
      ...http,
      body: new Uint8Array(Buffer.concat([header, bytes])),
      headers: { 'inference-header-content-length': String(header.length) },
    },
    grpc: { wire: 'grpc', path: '', requests, body: RequestType.encode(message).finish(), headers: {} },
  };
}

/**
 * Requests a second of the inference server, and CPU time of one, for a small and a large dense model and the keyboard's large model, by
 * JSON, bytes and gRPC; beside the bare call of the engine, a bare fastify echo, a plain fastify route that calls tfjs-wasm, and FastAPI with
 * onnxruntime. The clients have a process of their own. Then an alias changes under load.
 */
export async function run({ args, log }: BenchmarkOptions): Promise<Figures> {
  if (args.length > 0)
    throw new Error(`The benchmark serving takes no arguments, but got ${args.join(' ')}.`);
  await startBackend();
  await tf.setBackend('wasm');
  const words = Array.from({ length: largeModel.vocabulary - firstWordId }, (_, at) => `w${at}`);
  const vocabulary = new Vocabulary([...sentence.split(' '), ...words.slice(sentence.split(' ').length)]);
  const keyboard = nextWordModel(largeModel, 1);
  const models = new BenchModels();
  models.add('small', dense(small), dense(small));
  models.add('large', dense(large));
  models.add('huge', dense(huge));
  models.add('keyboard', keyboard);
  const { bytes: onnx } = onnxOf(dense(small));
  models.addOnnx('onnx', onnx);
  const settings = { preload: 'all' as const, pending: 400_000 };
  const transformers = { keyboard: keyboardServing(vocabulary).transformer };
  const open = (change: object) =>
    serveModels({
      source: models,
      settings: inferenceSchema.parse({ ...settings, grpc: { port: 0 }, ...change }),
      port: 0,
      transformers,
    });
  const clients = new SecondProcess<ClientOrder, ClientReport>(new URL('./clients.ts', import.meta.url));
  const served = await open({});
  const single = await open({ maxBatch: 1 });
  const plain = await plainServer(keyboard, vocabulary);
  await Promise.all([served.preloaded, single.preloaded]);
  const ask = async ({ url, grpc }: Asked, kind: Kind, atOnce: number) => {
    const before = process.cpuUsage();
    const { path, ...order } = kind;
    const to = kind.wire === 'grpc' ? (grpc ?? '') : url + path;
    const { ms, latencies, errors, last } = await clients.run<ClientReport>({ ...order, to, atOnce });
    const { user, system } = process.cpuUsage(before);
    const sorted = latencies.toSorted();
    const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
    return {
      perSecond: (1_000 * kind.requests) / ms,
      p50Ms: at(0.5),
      p99Ms: at(0.99),
      cpuMs: (user + system) / 1_000 / kind.requests,
      errors,
      last: Buffer.from(last).toString('utf8'),
    };
  };

  try {
    const kinds = {
      small: kindsOf('small', row(small.inputs), requests),
      large: kindsOf('large', row(large.inputs), requests / 4),
    };
    const text: Tensor = { name: 'text', datatype: 'BYTES', shape: [1], data: [utf8(sentence)] };
    const sentences = kindsOf('keyboard', text, requests / 4);
    const figures: Record<string, unknown> = {};
    for (const [name, kind] of [
      ['smallJson', kinds.small.json],
      ['smallBinary', kinds.small.binary],
      ['smallGrpc', kinds.small.grpc],
      ['largeJson', kinds.large.json],
      ['largeBinary', kinds.large.binary],
      ['largeGrpc', kinds.large.grpc],
      ['keyboardJson', sentences.json],
      ['keyboardGrpc', sentences.grpc],
    ] as const) {
      for (const atOnce of concurrency) {
        await ask(served, { ...kind, requests: 100 }, atOnce);
        const { perSecond, p50Ms, p99Ms, cpuMs, errors } = await ask(served, kind, atOnce);
        if (errors > 0) throw new Error(`${errors} requests of ${name} were not answered.`);
        figures[`${name}${atOnce}`] = {
          perSecond: round(perSecond),
          p50Ms: round(p50Ms),
          p99Ms: round(p99Ms),
          cpuMs: round(cpuMs),
        };
        log(`${name}, ${atOnce} at once: ${perSecond.toFixed(0)} a second, ${cpuMs.toFixed(3)} ms of CPU`);
      }
    }
    return {
      ...figures,
      ...(await overhead(ask, { single, plain, kind: kinds.small.json, log })),
      ...(await gain(ask, { served, single, kind: kinds.large.binary, log })),
      ...(await gainBeyondCache({ served, single, log })),
      ...(await besideTfjs(ask, { served, plain, kind: sentences.json, log })),
      ...(await besideFastApi(ask, {
        served,
        onnx,
        // So many that a turn takes a second, and not a fifth of one, in which either is held up once in a while.
        kind: kindsOf('onnx', row(small.inputs), 5 * requests).json,
        log,
      })),
      ...(await swapped(clients, { served, models, kind: kinds.small.json, log })),
      node: process.version,
    };
  } finally {
    await Promise.all([served.close(), single.close(), plain.close(), clients.end()]);
  }
}

type Ask = (
  asked: Asked,
  kind: Kind,
  atOnce: number,
) => Promise<{ perSecond: number; cpuMs: number; errors: number; last: string }>;
type Log = BenchmarkOptions['log'];

/** CPU time of a request at batch 1, beside that of the engine's bare call and of a bare route that reads the same body and writes the same answer; in turns. */
async function overhead(
  ask: Ask,
  { single, plain, kind, log }: { single: ServedModels; plain: PlainServer; kind: Kind; log: Log },
): Promise<Figures> {
  const scorer = await scorerOf(dense(small));
  const input = row(small.inputs).data as Float32Array;
  const calls = 20_000;
  const engine: number[] = [];
  const [ours, echo]: [number[], number[]] = [[], []];
  for (let turn = 0; turn < 6; turn++) {
    const before = process.cpuUsage();
    for (let call = 0; call < calls; call++) scorer.score(input, { batch: 1, steps: 1 }, [0], () => {});
    const { user, system } = process.cpuUsage(before);
    const own = await ask(single, kind, 16);
    plain.answer = JSON.parse(own.last);
    const bare = await ask(plain, { ...kind, path: '/echo' }, 16);
    // The first turn warms up.
    if (turn === 0) continue;
    engine.push((user + system) / 1_000 / calls);
    ours.push(own.cpuMs);
    echo.push(bare.cpuMs);
  }
  const [engineCpuMs, cpuMs, echoCpuMs] = [median(engine), median(ours), median(echo)];
  const overheadJson = ratioOf(
    ours,
    engine.map((value, turn) => value + echo[turn]!),
  );
  log(
    `overheadJson ${overheadJson.ratio} (${overheadJson.range.join(' to ')}): ${cpuMs.toFixed(3)} ms beside ${engineCpuMs.toFixed(3)} + ${echoCpuMs.toFixed(3)} ms`,
  );
  return {
    overheadJson: overheadJson.ratio,
    overheadJsonRange: overheadJson.range,
    overheadCpuMs: round(cpuMs),
    engineCpuMs: round(engineCpuMs),
    echoCpuMs: round(echoCpuMs),
  };
}

/** Requests a second of 64 callers at the server's core. */
async function rateOf({ server }: ServedModels, model: string, inputs: number, requests: number) {
  const input = row(inputs);
  let left = requests;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: 64 }, async () => {
      while (left-- > 0) await server.infer({ model, inputs: [input], protocol: 'bench' });
    }),
  );
  return (1_000 * requests) / (performance.now() - began);
}

/** What running requests together gains, at the server's core, and over HTTP beside it. */
async function gain(
  ask: Ask,
  { served, single, kind, log }: { served: ServedModels; single: ServedModels; kind: Kind; log: Log },
): Promise<Figures> {
  const [together, alone, overHttp, aloneOverHttp]: [number[], number[], number[], number[]] = [
    [],
    [],
    [],
    [],
  ];
  for (let turn = 0; turn < 5; turn++) {
    together.push(await rateOf(served, 'large', large.inputs, 640));
    alone.push(await rateOf(single, 'large', large.inputs, 640));
    overHttp.push((await ask(served, kind, 64)).perSecond);
    aloneOverHttp.push((await ask(single, kind, 64)).perSecond);
  }
  const batchingGain = ratioOf(together, alone);
  const batchingGainHttp = ratioOf(overHttp, aloneOverHttp);
  log(`batchingGain ${batchingGain.ratio}, over HTTP ${batchingGainHttp.ratio}`);
  return {
    batchingGain: batchingGain.ratio,
    batchingGainRange: batchingGain.range,
    batchingGainHttp: batchingGainHttp.ratio,
    batchingGainHttpRange: batchingGainHttp.range,
    togetherPerSecond: round(median(together)),
    alonePerSecond: round(median(alone)),
  };
}

/** The same at the server's core for weights that no cache holds, which single requests wait for. */
async function gainBeyondCache({
  served,
  single,
  log,
}: {
  served: ServedModels;
  single: ServedModels;
  log: Log;
}): Promise<Figures> {
  const [together, alone]: [number[], number[]] = [[], []];
  for (let turn = 0; turn < 5; turn++) {
    together.push(await rateOf(served, 'huge', huge.inputs, 256));
    alone.push(await rateOf(single, 'huge', huge.inputs, 256));
  }
  const batchingGainBeyondCache = ratioOf(together, alone);
  log(`batchingGainBeyondCache ${batchingGainBeyondCache.ratio}`);
  return {
    batchingGainBeyondCache: batchingGainBeyondCache.ratio,
    batchingGainBeyondCacheRange: batchingGainBeyondCache.range,
    togetherBeyondCachePerSecond: round(median(together)),
    aloneBeyondCachePerSecond: round(median(alone)),
  };
}

/** A sentence in, three words out, beside a plain route; throws where the words differ. */
async function besideTfjs(
  ask: Ask,
  { served, plain, kind, log }: { served: ServedModels; plain: PlainServer; kind: Kind; log: Log },
): Promise<Figures> {
  const theirs: Kind = { ...kind, path: '/suggest', body: json({ text: sentence }), requests: 100 };
  const [ours, rates]: [number[], number[]] = [[], []];
  for (let turn = 0; turn < 5; turn++) {
    const own = await ask(served, kind, 16);
    const other = await ask(plain, theirs, 16);
    const found = JSON.parse(own.last).outputs[0].data;
    const expected = JSON.parse(other.last).words;
    if (found.join() !== expected.join()) throw new Error(`The server suggests ${found}, tfjs ${expected}.`);
    ours.push(own.perSecond);
    rates.push(other.perSecond);
  }
  const vsTfjsServer = ratioOf(ours, rates);
  log(`vsTfjsServer ${vsTfjsServer.ratio}`);
  return {
    vsTfjsServer: vsTfjsServer.ratio,
    vsTfjsServerRange: vsTfjsServer.range,
    tfjsServerPerSecond: round(median(rates)),
  };
}

/** The same model in ONNX, beside FastAPI; without a figure where Python does not have it. Throws where the answers differ. */
async function besideFastApi(
  ask: Ask,
  { served, onnx, kind, log }: { served: ServedModels; onnx: Uint8Array; kind: Kind; log: Log },
): Promise<Figures> {
  const python = await fastApiServer(onnx);
  if (!python) {
    log('vsFastApi: left out, since /usr/bin/python3 has no fastapi, uvicorn and onnxruntime');
    return {};
  }
  const [ours, rates]: [number[], number[]] = [[], []];
  const [cpu, pythonCpu]: [number[], number[]] = [[], []];
  try {
    for (let turn = 0; turn < 6; turn++) {
      const own = await ask(served, kind, 16);
      const before = await python.cpuMs();
      const other = await ask(python, { ...kind, path: '/infer' }, 16);
      const spent = (await python.cpuMs()) - before;
      const [found, expected] = [own, other].map(({ last }) => JSON.parse(last).outputs[0].data as number[]);
      const isSame = found?.every((value, at) => Math.abs(value - (expected?.[at] ?? Number.NaN)) < 1e-5);
      if (!isSame || own.errors + other.errors > 0)
        throw new Error(`The server answers ${found}, FastAPI ${expected}.`);
      // The first turn warms up.
      if (turn === 0) continue;
      ours.push(own.perSecond);
      rates.push(other.perSecond);
      cpu.push(own.cpuMs);
      pythonCpu.push(spent / kind.requests);
    }
  } finally {
    await python.close();
  }
  const vsFastApi = ratioOf(ours, rates);
  const [onnxCpuMs, fastApiCpuMs] = [median(cpu), median(pythonCpu)];
  log(`vsFastApi ${vsFastApi.ratio}: ${onnxCpuMs.toFixed(3)} ms of CPU beside ${fastApiCpuMs.toFixed(3)} ms`);
  return {
    vsFastApi: vsFastApi.ratio,
    vsFastApiRange: vsFastApi.range,
    fastApiPerSecond: round(median(rates)),
    onnxCpuMs: round(onnxCpuMs),
    fastApiCpuMs: round(fastApiCpuMs),
  };
}

/** An alias moves back and forth under load: answers that failed, and whether both versions answered. */
async function swapped(
  clients: SecondProcess<ClientOrder, ClientReport>,
  { served, models, kind, log }: { served: ServedModels; models: BenchModels; kind: Kind; log: Log },
): Promise<Figures> {
  const { path, ...order } = kind;
  let isOver = false;
  const load = clients.run<ClientReport>({ ...order, to: served.url + path, requests: 20_000, atOnce: 16 });
  const ended = load.then(() => {
    isOver = true;
  });
  let done = 0;
  const answered = new Set<string>();
  while (done < swaps && !isOver) {
    const version = String((done + 1) % 2);
    models.promote('small', Number(version));
    // Until the new one answers.
    for (;;) {
      const response = await served.server.infer({
        model: 'small',
        inputs: [row(small.inputs)],
        protocol: 'bench',
      });
      answered.add(response.version);
      if (response.version === version) break;
      await new Promise(resolve => setImmediate(resolve));
    }
    done += 1;
  }
  const { errors } = await load;
  await ended;
  log(`${done} swaps under load, ${errors} errors`);
  return { swaps: done, swapErrors: errors, versionsThatAnswered: answered.size };
}
