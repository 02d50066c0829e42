import { dataToBytes } from '@murmuration/inference-client/tensors/binary-data';
import {
  type Datatype,
  datatypes,
  kinds,
  type TensorData,
} from '@murmuration/inference-client/tensors/datatype';
import type { Tensor } from '@murmuration/inference-client/tensors/tensor';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { readInferRequest } from '@murmuration/serving/grpc/infer-request';
import { writeInferResponse } from '@murmuration/serving/grpc/infer-response';
import { protocol } from '@murmuration/serving/grpc/protocol';
import fc from 'fast-check';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { original } from './grpc-client.ts';

const theirs = protobuf.loadSync(original);
const ours = protobuf.parse(protocol).root;
const RequestType = theirs.lookupType('inference.ModelInferRequest');
const ResponseType = theirs.lookupType('inference.ModelInferResponse');
const most = 1_000;

/** Every field and call below a namespace, a line each. */
function facts(namespace: protobuf.NamespaceBase): string[] {
  return namespace.nestedArray.flatMap(found => {
    found.resolve();
    if (found instanceof protobuf.Type)
      return [
        ...found.fieldsArray.map(field => {
          field.resolve();
          const key = field instanceof protobuf.MapField ? `map<${field.keyType}> ` : '';
          const type = field.resolvedType?.fullName ?? field.type;
          return `${found.fullName}.${field.name} = ${field.id}: ${key}${field.repeated ? 'repeated ' : ''}${type}${field.partOf ? ` of ${field.partOf.name}` : ''}`;
        }),
        ...facts(found),
      ];
    if (found instanceof protobuf.Service)
      return found.methodsArray.map(method => {
        method.resolve();
        return `${found.fullName}.${method.name}(${method.requestStream ? 'stream ' : ''}${method.resolvedRequestType?.fullName}): ${method.responseStream ? 'stream ' : ''}${method.resolvedResponseType?.fullName}`;
      });
    return found instanceof protobuf.Namespace ? facts(found) : [];
  });
}

describe('the description', () => {
  it('has every call and field of the original, with its number and type', () => {
    const own = new Set(facts(ours));
    const originals = facts(theirs);
    expect(originals.length).toBeGreaterThan(60);
    expect(originals.filter(fact => !own.has(fact))).toEqual([]);
  });

  it('adds nothing to messages that the original has', () => {
    const messages = new Set(
      facts(theirs).map(fact => fact.slice(0, fact.lastIndexOf('.', fact.search(/[ (]/)))),
    );
    const added = facts(ours).filter(fact => {
      const message = fact.slice(0, fact.lastIndexOf('.', fact.search(/[ (]/)));
      return messages.has(message) && !message.endsWith('Service') && !facts(theirs).includes(fact);
    });
    expect(added).toEqual([]);
  });
});

const contentsOf: Readonly<Record<Exclude<Datatype, 'FP16'>, string>> = {
  BOOL: 'boolContents',
  UINT8: 'uintContents',
  UINT16: 'uintContents',
  UINT32: 'uintContents',
  UINT64: 'uint64Contents',
  INT8: 'intContents',
  INT16: 'intContents',
  INT32: 'intContents',
  INT64: 'int64Contents',
  FP32: 'fp32Contents',
  FP64: 'fp64Contents',
  BYTES: 'bytesContents',
};

/** What the original's own writer takes as contents. */
function contents({ datatype, data }: Tensor): object {
  const values = Array.from(data as ArrayLike<unknown>, value =>
    typeof value === 'bigint' ? String(value) : value,
  );
  return { [contentsOf[datatype as Exclude<Datatype, 'FP16'>]]: values };
}

function arbitraryData(datatype: Datatype, count: number): fc.Arbitrary<TensorData> {
  if (datatype === 'BYTES')
    return fc.array(fc.uint8Array({ maxLength: 9 }), { minLength: count, maxLength: count });
  const { size, make } = kinds[datatype];
  return fc.uint8Array({ minLength: count * size, maxLength: count * size }).map(bytes => {
    const values = make(count);
    new Uint8Array(values.buffer).set(datatype === 'BOOL' ? bytes.map(byte => byte & 1) : bytes);
    return values;
  });
}

const arbitrary = (datatype: Datatype): fc.Arbitrary<Tensor> =>
  fc.array(fc.nat({ max: 4 }), { maxLength: 3 }).chain(shape =>
    arbitraryData(
      datatype,
      shape.reduce((product, length) => product * length, 1),
    ).map(data => ({ name: `of ${datatype}`, datatype, shape, data })),
  );
const typed = datatypes.filter(datatype => datatype !== 'FP16');

/** The message of a request as the original describes it. */
function encode(inputs: readonly Tensor[], isRaw: boolean): Buffer {
  const message = RequestType.fromObject({
    modelName: 'm',
    modelVersion: 'champion',
    id: 'seven',
    inputs: inputs.map(input => ({
      name: input.name,
      datatype: input.datatype,
      shape: [...input.shape],
      ...(!isRaw && { contents: contents(input) }),
    })),
    ...(isRaw && { rawInputContents: inputs.map(dataToBytes) }),
  });
  return Buffer.from(RequestType.encode(message).finish());
}

/** Bit by bit, since NaN equals nothing. */
const bits = (tensors: readonly Tensor[]) =>
  tensors.map(({ name, datatype, shape, data }) => ({
    name,
    datatype,
    shape,
    count: data.length,
    bytes: Buffer.from(dataToBytes({ datatype, data })).toString('hex'),
  }));

describe('requests', () => {
  it.each([
    ['typed', false, typed],
    ['raw', true, datatypes],
  ] as const)('are read as they were written, with %s contents', (_, isRaw, all) => {
    fc.assert(
      fc.property(fc.tuple(...all.map(arbitrary)), inputs => {
        const read = readInferRequest(encode(inputs, isRaw), 32 * most);
        expect(read).toMatchObject({ model: 'm', version: 'champion', id: 'seven' });
        expect(bits(read.inputs)).toEqual(bits(inputs));
      }),
      { numRuns: 50 },
    );
  });

  it('are read whatever way of writing numbers a client has chosen', () => {
    const input = (write: (writer: protobuf.Writer) => void) => {
      const contents = protobuf.Writer.create();
      write(contents);
      const tensor = protobuf.Writer.create().uint32(10).string('x').uint32(18).string('INT32');
      // The shape in two fields that are not packed.
      tensor.uint32(24).int64(1).uint32(24).int64(3);
      // The contents in two parts, the second with a field that nobody knows.
      tensor.uint32(42).bytes(contents.finish());
      tensor.uint32(42).bytes(protobuf.Writer.create().uint32(16).int32(-3).uint32(800).uint32(5).finish());
      return Buffer.from(
        protobuf.Writer.create().uint32(10).string('m').uint32(42).bytes(tensor.finish()).finish(),
      );
    };
    const singly = input(writer => writer.uint32(16).int32(1).uint32(16).int32(-2));
    const packed = input(writer => writer.uint32(18).fork().int32(1).int32(-2).ldelim());
    for (const message of [singly, packed])
      expect(readInferRequest(message, most).inputs).toEqual([
        { name: 'x', datatype: 'INT32', shape: [1, 3], data: Int32Array.of(1, -2, -3) },
      ]);
  });

  it('that are cut, or changed anywhere, are read or refused, and never more', () => {
    const arbitraries = fc.tuple(fc.tuple(...typed.map(arbitrary)), fc.boolean(), fc.nat(), fc.nat(255));
    fc.assert(
      fc.property(arbitraries, ([inputs, isCut, place, byte]) => {
        const message = encode(inputs, false);
        const at = place % message.length;
        if (!isCut) message[at] = byte;
        try {
          readInferRequest(isCut ? message.subarray(0, at) : message, most);
        } catch (error) {
          expect(error).toBeInstanceOf(MurmurationError);
        }
      }),
      { numRuns: 500 },
    );
  });

  it.each(typed)('of %s with more values than their shape has room for are refused', datatype => {
    const [data] = fc.sample(arbitraryData(datatype, 3), 1) as [TensorData];
    const message = encode([{ name: 'x', datatype, shape: [2], data }], false);
    expect(() => readInferRequest(message, most)).toThrow(/has more values; its shape has room for 2/);
  });

  it('take no memory for what has not come', () => {
    const message = RequestType.encode(
      RequestType.fromObject({
        modelName: 'm',
        inputs: [{ name: 'x', datatype: 'FP64', shape: [2 ** 40], contents: { fp64Contents: [1] } }],
      }),
    ).finish();
    expect(() => readInferRequest(Buffer.from(message), 2 ** 45)).toThrow(
      /too few for the 1099511627776 values/,
    );
  });
});

describe('answers', () => {
  it('are written as the original reads them, with raw contents', () => {
    fc.assert(
      fc.property(fc.tuple(...datatypes.map(arbitrary)), outputs => {
        const bytes = writeInferResponse({ model: 'm', version: '7', outputs }, 'seven', most);
        const message = ResponseType.decode(bytes);
        const expected = ResponseType.fromObject({
          modelName: 'm',
          modelVersion: '7',
          id: 'seven',
          outputs: outputs.map(output => ({
            name: output.name,
            datatype: output.datatype,
            shape: [...output.shape],
          })),
          rawOutputContents: outputs.map(dataToBytes),
        });
        expect(Buffer.from(ResponseType.encode(message).finish()).toString('hex')).toBe(
          Buffer.from(ResponseType.encode(expected).finish()).toString('hex'),
        );
      }),
      { numRuns: 50 },
    );
  });
});
