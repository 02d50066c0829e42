import { protocol } from '@murmuration/serving/grpc/protocol';
import protobuf from 'protobufjs';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProgramProcess } from '../../e2e/processes.ts';
import { GrpcClient } from '../../unit/serving/server/grpc-client.ts';

/** A server whose heap is no larger than that of a small container: what takes more kills it. */
class SmallServer {
  readonly process = new ProgramProcess([
    '--max-old-space-size=400',
    '--import',
    './scripts/sources.mjs',
    '--conditions=murmuration-source',
    'test/attacks/serving/small-server.ts',
  ]);
  url = '';
  grpc = '';

  async start(): Promise<this> {
    const [, url, grpc] = await this.process.printed(/on (\S+) and (\S+)\.\n/);
    [this.url, this.grpc] = [url!, grpc!];
    return this;
  }

  async ask(path: string, body: string | Uint8Array, headers: Record<string, string> = {}) {
    const response = await fetch(this.url + path, { method: 'POST', headers, body: body as BodyInit });
    const text = await response.text();
    return { status: response.status, text };
  }
}

let server: SmallServer | undefined;

/** The one of the test before, unless that has stopped it. */
beforeEach(async () => {
  server ??= await new SmallServer().start();
});

afterEach(({ task }) => {
  if (task.result?.state !== 'fail') return;
  server?.process.child.kill('SIGKILL');
  server = undefined;
});

afterAll(() => server?.process.child.kill('SIGKILL'));

const mebibyte = 1 << 20;
const infer = (model: string) => `/v2/models/${model}/infer`;
const csv = { 'content-type': 'text/csv' };
const oip = (model: string, datatype: string, shape: readonly number[], data: string) =>
  [
    infer(model),
    `{"inputs":[{"name":"x","datatype":"${datatype}","shape":[${shape}],"data":${data}}]}`,
  ] as const;

/** Asks, expects to be answered so, and that others still are. */
async function attack(
  [path, body]: readonly [path: string, body: string | Uint8Array],
  expected: string | RegExp,
  headers: Record<string, string> = {},
): Promise<void> {
  const asked = server!.ask(path, body, headers);
  const { status, text } = await asked;
  expect(`${status} ${text.slice(0, 300)}`).toMatch(expected);
  const { text: answer } = await server!.ask(...oip('numbers', 'FP32', [2], '[1,2.5]'));
  expect(JSON.parse(answer).outputs[0].data).toEqual([1, 2.5]);
}

describe('one request over HTTP does not stop an inference server', () => {
  it('by quotation marks that are never closed, looked through for whole numbers', () =>
    attack([infer('whole'), `"INT64 ${'9'.repeat(16)}${'\\"'.repeat(2 * mebibyte)}`], /^400 .*no JSON/));

  it('by quotation marks that are never closed, looked through for what is not finite', () =>
    attack(['/v1/models/numbers:predict', `"NaN${'\\"'.repeat(2 * mebibyte)}`], /^400 .*no JSON/));

  it('by an integer of a million digits', () =>
    attack(oip('whole', 'INT64', [1], `[${'9'.repeat(8 * mebibyte)}]`), /^400 .*no INT64/));

  it('by a cell of CSV of many digits, and a letter', () =>
    attack(['/invocations?model=numbers', `x\n${'1'.repeat(30 * mebibyte)}x\n`], /^400 .*no FP32/, csv));

  it('by lines of CSV with nothing on them', () =>
    attack(['/invocations?model=numbers', '\n'.repeat(16 * mebibyte)], /^400 .*CSV is empty/, csv));

  it('by a CSV of many short lines', () =>
    attack(
      ['/invocations?model=table', `a,b\n${'1,ab\n'.repeat(10 * mebibyte)}`],
      /^400 .*more than|^413 .*more memory/,
      csv,
    ));

  it('by one quoted cell of CSV of 30 MiB', () =>
    attack(['/invocations?model=numbers', `x\n"${'a'.repeat(30 * mebibyte)}"`], /^400 .*no FP32/, csv));

  it('by bytes in base64 of 40 MiB, of which the last is none', () =>
    attack(
      ['/v1/models/texts:predict', `{"instances":[{"b64":"${'A'.repeat(40 * mebibyte)}*"}]}`],
      /^400 .*texts, or bytes/,
    ));

  it('by lists within lists, 20 million deep', () =>
    attack(
      ['/v1/models/numbers:predict', `{"instances":${'['.repeat(20 * mebibyte)}`],
      /^400 .*nested too deep/,
    ));

  it('by 40 MiB of lists, and of objects, with nothing in them', async () => {
    const lists = `[${'[],'.repeat(13 * mebibyte)}[]]`;
    await attack(['/v1/models/rows:predict', `{"instances":${lists}}`], /^400 .*more than/);
    const objects = `[${'{},'.repeat(13 * mebibyte)}{}]`;
    await attack(oip('numbers', 'FP32', [1], objects), /^400 .*more than/);
  });

  it('by 16 MiB of numbers for a model of any length, whose answer is longer', () =>
    attack(oip('numbers', 'FP32', [4 * mebibyte], `[${'0.1,'.repeat(4 * mebibyte).slice(0, -1)}]`), /^413 /));

  it('by 20,000 rows in 80 kB that make an answer of 40 million numbers', async () => {
    const rows = Array.from({ length: 20_000 }, () => '[3]').join(',');
    await attack(['/v1/models/wide:predict', `{"instances":[${rows}]}`], /^413 .*The answer has more/);
    await attack(['/invocations?model=wide', `{"instances":[${rows}]}`], /^413 .*The answer has more/);
  });

  it('by millions of strings with nothing in them, as JSON or as bytes', async () => {
    const count = 12 * mebibyte;
    const texts = `[${'"",'.repeat(count).slice(0, -1)}]`;
    await attack(oip('texts', 'BYTES', [count], texts), /^400 .*more than|^400 .*the most/);
    const head = `{"inputs":[{"name":"x","datatype":"BYTES","shape":[${count}],"parameters":{"binary_data_size":${4 * count}}}]}`;
    const body = Buffer.concat([Buffer.from(head), Buffer.alloc(4 * count)]);
    await attack([infer('texts'), body], /^400 .*are the most/, {
      'inference-header-content-length': String(head.length),
    });
  });

  it('by rows without end that have no element', () =>
    attack(oip('rows', 'FP32', [2 ** 53 - 1, 0], '[]'), /^400 .*the most/));

  it('by the name of a tensor of 40 MiB, which a refusal names', () =>
    attack(
      [
        infer('numbers'),
        `{"inputs":[{"name":"${'n'.repeat(40 * mebibyte)}","datatype":"FP32","shape":[2],"data":[1]}]}`,
      ],
      /^400 .{100,2100}$/,
    ));
});

describe('one call over gRPC does not stop an inference server', () => {
  const Request = protobuf.parse(protocol, { keepCase: true }).root.lookupType('inference.ModelInferRequest');
  const call = async (model: string, datatype: string, count: number, contents: object) => {
    const client = new GrpcClient(server!.grpc);
    try {
      const inputs = [{ name: 'x', datatype, shape: [count], contents }];
      return await client.refused('ModelInfer', Request.create({ model_name: model, inputs }));
    } finally {
      client.close();
    }
  };

  it('by 8 million integers of a byte each, which it writes again', async () => {
    const count = 8 * mebibyte;
    expect(await call('small', 'INT32', count, { int_contents: Array(count).fill(0) })).toBe('answered');
    expect((await server!.ask(...oip('numbers', 'FP32', [1], '[1]'))).status).toBe(200);
  });

  it('by millions of strings with nothing in them', async () => {
    const count = 8 * mebibyte;
    const none = Buffer.alloc(0);
    expect(await call('texts', 'BYTES', count, { bytes_contents: Array(count).fill(none) })).toMatch(
      /^INVALID_ARGUMENT .*are the most/,
    );
    expect((await server!.ask(...oip('numbers', 'FP32', [1], '[1]'))).status).toBe(200);
  });
});
