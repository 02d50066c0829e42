import { type Datatype, kinds } from '@murmuration/inference-client/tensors/datatype';
import type { Tensor } from '@murmuration/inference-client/tensors/tensor';
import { threadConverter } from '@murmuration/serving/assembly/conversions';
import type { Converter } from '@murmuration/serving/conversion/converter';
import { readGrpc } from '@murmuration/serving/grpc/conversions';
import { readOip, writeOip } from '@murmuration/serving/oip/conversions';
import type { OipRequest } from '@murmuration/serving/oip/infer-request';
import { OneSignal } from '@murmuration/serving/server/signal';
import { afterEach, describe, expect, it } from 'vitest';

let converter: Converter | undefined;
afterEach(() => converter?.close());
const open = (): Converter => {
  converter = threadConverter();
  return converter;
};

const large = 2 ** 30;
/** With strings as numbers, whatever the class of their bytes is. */
const plain = ({ inputs, ...rest }: OipRequest) => {
  const strings = inputs.map(({ datatype, data, ...head }) => {
    const isText = datatype === 'BYTES';
    return { ...head, data: isText ? Array.from(data as readonly Uint8Array[], bytes => [...bytes]) : data };
  });
  return { ...rest, strings };
};
const request = (values: string) => ({
  body: Buffer.from(`{"id":"me","inputs":[{"name":"x","datatype":"INT64","shape":[2],"data":[${values}]}]}`),
  headerLength: undefined,
  elements: 100,
});

describe('conversions', () => {
  it('are the same in a thread as here, with all datatypes, whatever their bytes are a part of', async () => {
    const converter = open();
    const numbers = (Object.keys(kinds) as (keyof typeof kinds)[]).map((datatype): Tensor => {
      const whole = kinds[datatype].make(3);
      whole[1] = (datatype.endsWith('64') && !datatype.startsWith('F') ? 1n : 1) as never;
      return { name: datatype, datatype, shape: [2, 1], data: whole.subarray(1) };
    });
    const strings = { name: 'BYTES', datatype: 'BYTES' as Datatype, shape: [2] };
    const outputs = [...numbers, { ...strings, data: [Buffer.from('é'), Buffer.alloc(0)] }];
    for (const isBinary of [false, true]) {
      const answer = { model: 'm', version: '1', outputs, id: 'é', wanted: null, isBinary, most: 10_000 };
      const here = await converter.convert(writeOip, answer, 0);
      const there = await converter.convert(writeOip, answer, large);
      expect(there).toEqual(here);
      const given = { body: Buffer.from(here.body), headerLength: here.headerLength, elements: 100 };
      const back = Buffer.from(given.body.toString('latin1').replace('"outputs"', '"inputs" '), 'latin1');
      const read = { ...given, body: back };
      const [near, far] = [0, large].map(size => converter.convert(readOip, read, size));
      expect(plain(await far!)).toEqual(plain(await near!));
    }
  });

  it('refuse with the same words', async () => {
    const converter = open();
    for (const [conversion, given] of [
      [readOip, request('1,2,3')],
      [readOip, request('1,x')],
    ] as const) {
      const refusal = expect.objectContaining({ code: 'inference.input' });
      expect(() => converter.convert(conversion, given, 0)).toThrow();
      await expect(converter.convert(conversion, given, large)).rejects.toEqual(refusal);
    }
    const message = Buffer.from([0x3a, 0xff]);
    await expect(converter.convert(readGrpc, { message, elements: 1 }, large)).rejects.toThrow(/malformed/);
  });

  it('that nobody waits for any more when their turn comes are left out', async () => {
    const converter = open();
    const signal = new OneSignal();
    const first = converter.convert(readOip, request('1,2'), large);
    const second = converter.convert(readOip, request('1,2'), large, signal);
    signal.abort(new Error('gone'));
    await expect(second).rejects.toThrow('gone');
    expect((await first).inputs[0]!.data).toEqual(BigInt64Array.of(1n, 2n));
    // And the next one has its turn.
    expect((await converter.convert(readOip, request('3,4'), large)).id).toBe('me');
  });
});
