import { datatypes } from '@murmuration/inference-client/tensors/datatype';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { elementsOf, GrpcClient } from './grpc-client.ts';
import { denseModel, sumAndProduct } from './models.ts';
import { openWorld, type World } from './world.ts';

let world: World;
let client: GrpcClient;

beforeAll(async () => {
  world = await openWorld(
    async folder => {
      await folder.put('dense', 1, await denseModel(2, 3));
      await folder.put('dense', 2, await denseModel(2, 3, 8));
      await folder.aliases('dense', { champion: 1 });
      await folder.put('two', 1, await sumAndProduct());
      await folder.write('broken/1/model.json', '{"modelTopology": {}');
      const specs = datatypes.map(datatype => ({ name: datatype, datatype, shape: [-1, 2] }));
      await folder.putEcho('all', 1, specs);
      await folder.putEcho(
        'typed',
        1,
        specs.filter(({ datatype }) => datatype !== 'FP16'),
      );
      for (const { name } of specs)
        await folder.putEcho(`only${name}`, 1, [{ name: 'x', datatype: name, shape: [-1] }]);
    },
    { grpc: { port: 0 } },
  );
  client = new GrpcClient(world.grpc!);
});

afterAll(async () => {
  client.close();
  await world.close();
});

const x = { name: 'x', shape: [1, 2], datatype: 'FP32', contents: { fp32_contents: [1, 2] } };
const infer = (model_name: string, request: object) => client.ask('ModelInfer', { model_name, ...request });

describe('health and metadata', () => {
  it('tells of the server', async () => {
    expect(await client.ask('ServerLive')).toEqual({ live: true });
    expect(await client.ask('ServerReady')).toEqual({ ready: true });
    const { name, version, extensions } = await client.ask('ServerMetadata');
    const rest = await (await world.ask('GET', '/v2')).json();
    expect({ name, version, extensions }).toEqual(rest);
  });

  it('describes a model as HTTP does', async () => {
    const { properties, ...described } = await client.ask('ModelMetadata', { name: 'dense' });
    const rest = await (await world.ask('GET', '/v2/models/dense')).json();
    const texts = (tensors: readonly { shape: number[] }[]) =>
      tensors.map(tensor => ({ ...tensor, shape: tensor.shape.map(String) }));
    expect(described).toEqual({ ...rest, inputs: texts(rest.inputs), outputs: texts(rest.outputs) });
    expect(properties).toEqual({});
  });

  it('tells whether a model is ready', async () => {
    expect(await client.ask('ModelReady', { name: 'dense', version: '2' })).toEqual({ ready: true });
    await client.refused('ModelInfer', { model_name: 'broken', inputs: [x] });
    expect(await client.ask('ModelReady', { name: 'broken' })).toEqual({ ready: false });
    expect(await client.refused('ModelReady', { name: 'nothing' })).toMatch(
      /^NOT_FOUND Request for unknown model: "nothing" is not found. There is: .*dense/,
    );
  });
});

describe('the calls of Triton', () => {
  it('list the models and how it stands with them', async () => {
    await client.refused('ModelInfer', { model_name: 'broken', inputs: [x] });
    const { models } = await client.ask('RepositoryIndex');
    expect(models).toEqual(await (await world.ask('POST', '/v2/repository/index')).json());
    const broken = models.find(({ name }: { name: string }) => name === 'broken');
    expect(broken).toMatchObject({ state: 'UNAVAILABLE', reason: expect.stringContaining('no JSON') });
    const ready = await client.ask('RepositoryIndex', { ready: true });
    expect(ready.models.map(({ name }: { name: string }) => name)).not.toContain('broken');
    expect(await client.refused('RepositoryIndex', { repository_name: 'other' })).toMatch(/^UNIMPLEMENTED /);
  });

  it('tell the configuration and the statistics', async () => {
    await infer('two', { inputs: ['a', 'b'].map(name => ({ ...x, name })) });
    const { config } = await client.ask('ModelConfig', { name: 'two' });
    expect(config).toMatchObject({
      name: 'two',
      platform: 'tensorflowjs_layersmodel',
      backend: 'murmuration',
      max_batch_size: 32,
      dynamic_batching: { max_queue_delay_microseconds: '0' },
    });
    // TYPE_FP32.
    expect(config.input[0]).toEqual({ name: 'a', data_type: 11, dims: ['2'] });
    const { model_stats } = await client.ask('ModelStatistics', { name: 'two', version: '1' });
    expect(model_stats[0]).toMatchObject({
      name: 'two',
      version: '1',
      inference_count: '1',
      execution_count: '1',
    });
    expect(model_stats[0].inference_stats.success).toMatchObject({ count: '1' });
    expect(Number(model_stats[0].inference_stats.compute_infer.ns)).toBeGreaterThan(0);
    expect(model_stats[0].batch_stats[0]).toMatchObject({ batch_size: '1', compute_infer: { count: '1' } });
    const all = await client.ask('ModelStatistics');
    expect(all.model_stats.map(({ name }: { name: string }) => name)).toContain('two');
  });
});

describe('infer', () => {
  it('answers, and echoes the id', async () => {
    const answer = await infer('dense', { id: 'sixth "one"', inputs: [x] });
    expect(elementsOf(answer)).toEqual([[0.75, 1.125, 1.5]]);
    expect(answer).toMatchObject({
      model_name: 'dense',
      model_version: '1',
      id: 'sixth "one"',
      outputs: [
        // As clients of Triton read it, which do so of raw contents only.
        { name: 'y', datatype: 'FP32', shape: ['1', '3'], contents: null },
      ],
    });
  });

  it('takes versions and aliases', async () => {
    for (const [version, number] of [
      ['2', '2'],
      ['latest', '2'],
      ['champion', '1'],
    ])
      expect((await infer('dense', { model_version: version, inputs: [x] })).model_version).toBe(number);
  });

  it('gives the outputs that are asked for, in their order', async () => {
    const inputs = [
      [1, 4],
      [2, 4],
    ].map((values, at) => ({ ...x, name: 'ab'[at], contents: { fp32_contents: values } }));
    const answer = await infer('two', { inputs, outputs: [{ name: 'product' }, { name: 'scaled' }] });
    expect(answer.outputs.map(({ name }: { name: string }) => name)).toEqual(['product', 'scaled']);
    expect(elementsOf(answer)).toEqual([
      [2, 16],
      [3, 8],
    ]);
  });

  it('counts as gRPC', async () => {
    await infer('dense', { inputs: [x] });
    expect(await (await world.ask('GET', '/metrics')).text()).toMatch(
      /murmuration_inference_requests_total\{model="dense",version="1",protocol="grpc",code="ok"\} [1-9]/,
    );
  });
});

/** Values of each datatype at its edges, in the field that has them, and as bytes. */
const edges: Readonly<
  Record<string, readonly [field: string, values: readonly unknown[], raw: ArrayBufferView]>
> = {
  BOOL: ['bool_contents', [true, false], Uint8Array.of(1, 0)],
  UINT8: ['uint_contents', [0, 255], Uint8Array.of(0, 255)],
  UINT16: ['uint_contents', [0, 65_535], Uint16Array.of(0, 65_535)],
  UINT32: ['uint_contents', [0, 4_294_967_295], Uint32Array.of(0, 4_294_967_295)],
  UINT64: [
    'uint64_contents',
    ['9007199254740993', '18446744073709551615'],
    BigUint64Array.of(9_007_199_254_740_993n, 18_446_744_073_709_551_615n),
  ],
  INT8: ['int_contents', [-128, 127], Int8Array.of(-128, 127)],
  INT16: ['int_contents', [-32_768, 32_767], Int16Array.of(-32_768, 32_767)],
  INT32: ['int_contents', [-2_147_483_648, 2_147_483_647], Int32Array.of(-2_147_483_648, 2_147_483_647)],
  INT64: [
    'int64_contents',
    ['-9223372036854775808', '9223372036854775807'],
    BigInt64Array.of(-9_223_372_036_854_775_808n, 9_223_372_036_854_775_807n),
  ],
  FP16: ['', [], Uint16Array.of(0x2e66, 0xfbff)],
  FP32: ['fp32_contents', [0.10000000149011612, Number.NaN], Float32Array.of(0.1, Number.NaN)],
  FP64: [
    'fp64_contents',
    [-5e-324, Number.POSITIVE_INFINITY],
    Float64Array.of(-5e-324, Number.POSITIVE_INFINITY),
  ],
  BYTES: [
    'bytes_contents',
    [Buffer.from('žluť\n'), Buffer.alloc(0)],
    Buffer.from('\x07\0\0\0žluť\n\0\0\0\0'),
  ],
};
const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView) =>
  Buffer.from(buffer, byteOffset, byteLength);
const shaped = (datatype: string) => ({ name: datatype, datatype, shape: [1, 2] });

describe('every datatype', () => {
  it('goes typed, and comes back raw', async () => {
    const typed = datatypes.filter(datatype => datatype !== 'FP16');
    const inputs = typed.map(datatype => {
      const [field, values] = edges[datatype]!;
      return { ...shaped(datatype), contents: { [field]: values } };
    });
    const { outputs, raw_output_contents } = await infer('typed', { inputs });
    expect(raw_output_contents).toEqual(typed.map(datatype => bytesOf(edges[datatype]![2])));
    for (const [at, datatype] of typed.entries())
      expect(outputs[at]).toEqual({
        name: `${datatype}_out`,
        datatype,
        shape: ['1', '2'],
        parameters: {},
        contents: null,
      });
  });

  it('comes back raw as it went', async () => {
    const raw_input_contents = datatypes.map(datatype => bytesOf(edges[datatype]![2]));
    const answer = await infer('all', { inputs: datatypes.map(shaped), raw_input_contents });
    expect(answer.raw_output_contents).toEqual(raw_input_contents);
    expect(answer.outputs.map(({ datatype }: { datatype: string }) => datatype)).toEqual(datatypes);
    for (const { contents } of answer.outputs) expect(contents).toBeNull();
  });
});

describe('bad input', () => {
  const input = (change: object) => ({ inputs: [{ ...x, ...change }] });
  const raw = (...contents: Buffer[]) => ({
    ...input({ contents: undefined }),
    raw_input_contents: contents,
  });

  // biome-ignore format: one attack a line
  it.each<[string, object, RegExp]>([
    ['no inputs', {}, /^INVALID_ARGUMENT A request has a list/],
    ['more inputs than are taken', { inputs: Array(1_025).fill(x) }, /^INVALID_ARGUMENT A request has at most 1024 inputs/],
    ['an unknown input', input({ name: 'z' }), /^INVALID_ARGUMENT .*no input "z"; it takes "x" FP32 \[-1, 2\]/],
    ['an input twice', { inputs: [x, x] }, /^INVALID_ARGUMENT The input "x" is there twice/],
    ['an unknown output', { inputs: [x], outputs: [{ name: 'z' }] }, /^INVALID_ARGUMENT .*no output "z"; it gives "y"/],
    ['an unknown datatype', input({ datatype: 'FP8' }), /^INVALID_ARGUMENT .*"FP8"; there is BOOL, UINT8/],
    ['another datatype', input({ datatype: 'FP64', contents: { fp64_contents: [1, 2] } }), /^INVALID_ARGUMENT .*is FP64; the model takes FP32/],
    ['another shape', input({ shape: [2, 1] }), /^INVALID_ARGUMENT .*has the shape \[2, 1\]; the model takes \[-1, 2\]/],
    ['no shape', input({ shape: [] }), /^INVALID_ARGUMENT .*has 8 bytes|INVALID_ARGUMENT .*has more values/],
    ['a negative length', input({ shape: [-1, 2] }), /^INVALID_ARGUMENT .*holds -1; lengths are whole numbers/],
    ['two negative lengths', input({ shape: [-1, -2] }), /^INVALID_ARGUMENT .*lengths are whole numbers/],
    ['lengths that overflow', input({ shape: [4294967296, 4294967296] }), /^INVALID_ARGUMENT .*more elements than can be counted/],
    ['a length beyond those that are exact', input({ shape: ['9223372036854775807'] }), /^INVALID_ARGUMENT .*lengths are whole numbers/],
    ['lengths that overflow to nothing', input({ shape: [9007199254740991, 9007199254740991, 0] }), /^INVALID_ARGUMENT .*more elements/],
    ['more elements than are taken', input({ shape: [1e12, 2] }), /^INVALID_ARGUMENT .*are the most that this server takes/],
    ['dimensions without end', input({ shape: Array(100_000).fill(1) }), /^INVALID_ARGUMENT .*17 dimensions; 16 are the most/],
    ['too few values', input({ contents: { fp32_contents: [1] } }), /^INVALID_ARGUMENT .*too few for the 2 values/],
    ['too many values', input({ contents: { fp32_contents: [1, 2, 3] } }), /^INVALID_ARGUMENT .*has more values; its shape has room for 2/],
    ['values of another datatype', input({ contents: { fp64_contents: [1, 2] } }), /^INVALID_ARGUMENT .*has fp64_contents; the values of FP32 are in fp32_contents/],
    ['values of two datatypes', input({ contents: { fp32_contents: [1, 2], int_contents: [1] } }), /^INVALID_ARGUMENT .*has int_contents/],
    ['no values', input({ contents: undefined }), /^INVALID_ARGUMENT .*too few for the 2 values/],
    ['too few bytes', raw(Buffer.alloc(4)), /^INVALID_ARGUMENT .*has 4 bytes; 2 elements of FP32 have 8/],
    ['too many bytes', raw(Buffer.alloc(12)), /^INVALID_ARGUMENT .*has 12 bytes/],
    ['bytes for no input', raw(Buffer.alloc(8), Buffer.alloc(8)), /^INVALID_ARGUMENT The request has 1 inputs and 2 raw_input_contents/],
    ['values and bytes', { inputs: [x], raw_input_contents: [Buffer.alloc(8)] }, /^INVALID_ARGUMENT .*and the request also has raw_input_contents/],
    ['shared memory', input({ parameters: { shared_memory_region: { string_param: 'a' } } }), /^UNIMPLEMENTED .*shared_memory_region/],
    ['classification', { inputs: [x], outputs: [{ name: 'y', parameters: { classification: { int64_param: 3 } } }] }, /^UNIMPLEMENTED .*classification/],
    ['a time that is none', { parameters: { timeout: { int64_param: -1 } }, inputs: [x] }, /^INVALID_ARGUMENT .*timeout/],
    ['a name without end', { model_name: 'x'.repeat(100_000), inputs: [x] }, /^INVALID_ARGUMENT The name of a model/],
    ['a version that is not there', { model_version: '9', inputs: [x] }, /^NOT_FOUND Request for unknown model: "dense" has no version "9". There is: champion, latest, 1, 2/],
    ['a model that is not there', { model_name: '__proto__', inputs: [x] }, /^NOT_FOUND Request for unknown model/],
    ['a model beside the folder', { model_name: '../../etc', inputs: [x] }, /^NOT_FOUND /],
  ])('refuses %s', async (_, request, message) => {
    expect(await client.refused('ModelInfer', { model_name: 'dense', ...request })).toMatch(message);
    expect(world.faults).toEqual([]);
  });

  it('refuses integers beyond their datatype, and typed FP16', async () => {
    const ask = (datatype: string, contents: object) =>
      client.refused('ModelInfer', {
        model_name: `only${datatype}`,
        inputs: [{ name: 'x', datatype, shape: [1], contents }],
      });
    for (const [datatype, value] of [
      ['INT8', 128],
      ['INT8', -129],
      ['INT16', 32_768],
    ] as const)
      expect(await ask(datatype, { int_contents: [value] })).toMatch(
        `holds ${value}, which is no ${datatype}`,
      );
    expect(await ask('UINT8', { uint_contents: [256] })).toMatch(/holds 256, which is no UINT8/);
    expect(await ask('FP16', { fp32_contents: [1] })).toMatch(/^INVALID_ARGUMENT .*raw_input_contents/);
    expect(await ask('UINT8', { uint_contents: [255] })).toBe('answered');
  });

  it('refuses strings that go beyond their bytes', async () => {
    const ask = (bytes: readonly number[]) =>
      client.refused('ModelInfer', {
        model_name: 'onlyBYTES',
        inputs: [{ name: 'x', datatype: 'BYTES', shape: [1] }],
        raw_input_contents: [Buffer.from(bytes)],
      });
    expect(await ask([99, 0, 0, 0, 1, 1])).toMatch(/^INVALID_ARGUMENT .*goes beyond/);
    expect(await ask([1, 0, 0, 0, 1, 1])).toMatch(/^INVALID_ARGUMENT .*1 bytes behind its 1 strings/);
    expect(await ask([2, 0, 0, 0, 1, 1])).toBe('answered');
  });

  it('says what is wrong in a line that headers can carry, whatever a client names', async () => {
    for (const name of ['\ud800', 'ž\n\r\0', '%0a', '\u{1f600}'.repeat(60)])
      expect(await client.refused('ModelMetadata', { name })).toMatch(/^NOT_FOUND Request for unknown model/);
    expect(await client.refused('ModelMetadata', { name: 'ž'.repeat(100_000) })).toMatch(
      /^NOT_FOUND .{1000}$/,
    );
  });
});
