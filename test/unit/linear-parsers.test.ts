import { parseJson } from '@murmuration/inference-client/tensors/lossless-json';
import { readResponse } from '@murmuration/inference-client/wire/response';
import { decodeFrame } from '@murmuration/protocol/messages/frame';
import { readInferRequest as readCall } from '@murmuration/serving/grpc/infer-request';
import { writeInferResponse as writeCall } from '@murmuration/serving/grpc/infer-response';
import { countedAddress } from '@murmuration/serving/limits/address';
import { readMlflow } from '@murmuration/serving/mlflow/conversions';
import { readCsv } from '@murmuration/serving/mlflow/csv';
import { readInferRequest } from '@murmuration/serving/oip/infer-request';
import { writeInferResponse } from '@murmuration/serving/oip/infer-response';
import { readTfServing, writeTfServing } from '@murmuration/serving/tf-serving/conversions';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { longer, refusing } from './parsing-costs.ts';

/** A text that counts the characters which are looked at, one by one or in a stretch. */
class CountedText extends String {
  visited = 0;

  override charCodeAt(at: number): number {
    this.visited += 1;
    return super.charCodeAt(at);
  }

  override indexOf(text: string, from = 0): number {
    const found = super.indexOf(text, from);
    this.visited += (found < 0 ? this.length : found) - from + 1;
    return found;
  }

  override startsWith(text: string, at = 0): boolean {
    this.visited += text.length;
    return super.startsWith(text, at);
  }

  override slice(from = 0, to = this.length): string {
    this.visited += to - from;
    return super.slice(from, to);
  }
}

/** Characters that `read` looks at, whether or not it refuses what it reads. */
async function visitedBy(read: (text: string) => unknown, text: string): Promise<number> {
  const counted = new CountedText(text);
  await refusing(() => read(counted as unknown as string));
  return counted.visited;
}

const most = 2 ** 26;

describe('parsers of texts look at each character a few times', () => {
  const rules = { wide: true, notFinite: true, most };
  const digits = '9'.repeat(16);
  it.each([
    ['quotation marks behind backslashes', (n: number) => `"${'\\"'.repeat(n)}`],
    ['backslashes', (n: number) => `"${'\\'.repeat(n)}"${'\\'.repeat(n)}"`],
    ['texts with nothing in them', (n: number) => `[${'"",'.repeat(n)}`],
    ['digits', (n: number) => '9'.repeat(n)],
    ['digits and points', (n: number) => `${digits}.`.repeat(n)],
    ['whole numbers', (n: number) => `[${`${digits},`.repeat(n)}1]`],
    ['what is not finite', (n: number) => `[${'-Infinity,NaN,'.repeat(n)}1]`],
    ['beginnings of what is not finite', (n: number) => 'NI'.repeat(n)],
    ['lists', (n: number) => '['.repeat(n)],
    ['spaces', (n: number) => ' '.repeat(n)],
  ])('of JSON: %s', async (_, make) => {
    const once = await visitedBy(text => parseJson(text, rules), ` ${digits} ${make(10_000)}`);
    const twice = await visitedBy(text => parseJson(text, rules), ` ${digits} ${make(20_000)}`);
    expect(twice).toBeLessThan(2.1 * once + 1_000);
  });

  it.each([
    ['quotation marks', (n: number) => `a\n${'"'.repeat(n)}`],
    ['quotation marks that are not closed', (n: number) => `a\n${'"",'.repeat(n)}"`],
    ['one cell', (n: number) => `a\n"${'b'.repeat(n)}`],
    ['digits', (n: number) => `a\n${'1'.repeat(n)}x`],
    ['commas', (n: number) => ','.repeat(n)],
    ['lines', (n: number) => '\r\n'.repeat(n)],
  ])('of CSV: %s', async (_, make) => {
    const once = await visitedBy(text => readCsv(text, most), make(10_000));
    const twice = await visitedBy(text => readCsv(text, most), make(20_000));
    expect(twice).toBeLessThan(2.1 * once + 1_000);
  });
});

const spec = (datatype: 'FP32' | 'INT64' | 'BYTES') => ({ name: 'x', datatype, shape: [-1] }) as const;
const rest = (body: string, datatype: 'FP32' | 'INT64' | 'BYTES' = 'FP32') => {
  const given = { body: Buffer.from(body), specs: [spec(datatype)], elements: most };
  return {
    predict: () => readTfServing.run({ ...given, isExamples: false }),
    examples: () => readTfServing.run({ ...given, isExamples: true }),
    mlflow: () => readMlflow.run({ ...given, isCsv: false }),
    infer: () => readInferRequest(given.body, undefined, most),
  };
};
const input = (datatype: string, n: number, data: string) =>
  `{"inputs":[{"name":"x","datatype":"${datatype}","shape":[${n}],"data":[${data.slice(0, -1)}]}]}`;
/** A call that has a field of a tensor again and again. */
const call = (n: number, field: readonly number[], datatype: string) => {
  const contents = Buffer.alloc(n * field.length);
  for (let at = 0; at < n; at++) contents.set(field, at * field.length);
  const varint = (value: number): number[] =>
    value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)];
  const message = (number: number, bytes: Uint8Array) =>
    Buffer.concat([Buffer.from([(number << 3) | 2, ...varint(bytes.length)]), bytes]);
  const tensor = Buffer.concat([
    message(1, Buffer.from('x')),
    message(2, Buffer.from(datatype)),
    message(3, Buffer.from(varint(n))),
    message(5, contents),
  ]);
  return () => readCall(message(5, tensor), most);
};
const answer = (n: number) => ({
  model: 'm',
  version: '1',
  most,
  id: '',
  isBinary: false,
  wanted: null,
  outputs: [{ name: 'y', datatype: 'INT32' as const, shape: [n, 1], data: new Int32Array(n).fill(-1) }],
});

/** Nothing counts their steps but time: what is eight times as long may take thrice as long as it should, in the best of some tries. */
describe('parsers take no more than so much longer for what is longer', () => {
  const large = 10_000;
  it.each<[string, (n: number) => () => unknown]>([
    ['numbers of the Open Inference Protocol', n => rest(input('FP32', n, '0.1,'.repeat(n))).infer],
    ['whole numbers of it', n => rest(input('INT64', n, '9007199254740993,'.repeat(n))).infer],
    ['texts of it', n => rest(input('BYTES', n, '"a",'.repeat(n))).infer],
    ['inputs of it without end', n => rest(`{"inputs":[${'{},'.repeat(n)}{}]}`).infer],
    ['rows of TensorFlow Serving', n => rest(`{"instances":[${'[1],'.repeat(n)}[1]]}`).predict],
    ['rows with names', n => rest(`{"instances":[${'{"x":1},'.repeat(n)}{"x":1}]}`).predict],
    [
      'rows with other names',
      n => rest(`{"instances":[{"x":1},${Array.from({ length: n }, (_, at) => `{"${at}":1}`)}]}`).predict,
    ],
    ['bytes in base64', n => rest(`{"inputs":{"b64":"${'A'.repeat(40 * n)}*"}}`, 'BYTES').predict],
    ['examples', n => rest(`{"examples":[${'{"x":1},'.repeat(n)}{"x":1}]}`).examples],
    ['records of MLflow', n => rest(`{"dataframe_records":[${'{"x":1},'.repeat(n)}{"x":1}]}`).mlflow],
    [
      'columns of MLflow',
      n => rest(`{"dataframe_split":{"columns":[${'"a",'.repeat(n)}"a"],"data":[]}}`).mlflow,
    ],
    ['integers over gRPC', n => call(n, [0x10, 1], 'INT32')],
    ['strings over gRPC', n => call(n, [0x42, 0], 'BYTES')],
    ['unknown fields over gRPC', n => call(10 * n, [0x78, 1], 'INT32')],
    ['an answer in JSON', n => () => writeInferResponse(answer(n))],
    ['an answer in rows', n => () => writeTfServing.run({ ...answer(n), name: 'predictions', form: 'rows' })],
    ['an answer over gRPC', n => () => writeCall(answer(n), '', most)],
    [
      'the answer of another server',
      n => () => readResponse(new Uint8Array(Buffer.from(`{"outputs":[${'{},'.repeat(n)}"`)), undefined),
    ],
    ['addresses', n => () => countedAddress(`${'::'.repeat(n)}1`)],
    ['frames of devices', n => () => decodeFrame(new Uint8Array(10 * n).fill(0x91), z.unknown())],
  ])('%s', async (_, make) => {
    expect(await longer(make(large), make(8 * large), 8)).toBeLessThan(24);
  });
});
