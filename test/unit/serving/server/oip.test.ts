import { connect } from 'node:net';
import { deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { denseModel, sumAndProduct } from './models.ts';
import { breaches } from './oip-schema.ts';
import { openWorld, type World } from './world.ts';

let world: World;

beforeAll(async () => {
  world = await openWorld(async folder => {
    await folder.put('dense', 1, await denseModel(2, 3));
    await folder.put('dense', 2, await denseModel(2, 3, 8));
    await folder.aliases('dense', { champion: 1 });
    await folder.put('two', 1, await sumAndProduct());
    await folder.write('broken/1/model.json', '{"modelTopology": {}');
    await folder.putEcho('all', 1, [
      ...[
        'BOOL',
        'UINT8',
        'UINT16',
        'UINT32',
        'UINT64',
        'INT8',
        'INT16',
        'INT32',
        'INT64',
        'FP16',
        'FP32',
        'FP64',
        'BYTES',
      ].map(datatype => ({ name: datatype, datatype, shape: [-1, 2] })),
    ]);
    for (const datatype of ['UINT8', 'INT64', 'FP32', 'BYTES'])
      await folder.putEcho(datatype, 1, [{ name: 'x', datatype, shape: datatype === 'BYTES' ? [1] : [-1] }]);
  });
});

afterAll(() => world.close());

const infer = (model: string, request: object | string) =>
  world.ask(
    'POST',
    `/v2/models/${model}/infer`,
    typeof request === 'string' ? request : JSON.stringify(request),
  );

/** The answer to a request that is refused. */
async function refused(response: Response): Promise<string> {
  const body = await response.json();
  expect(breaches('inference_error_response', body)).toEqual([]);
  return `${response.status} ${body.error}`;
}

const x = { name: 'x', shape: [1, 2], datatype: 'FP32', data: [1, 2] };

describe('health and metadata', () => {
  it.each(['/v2', '/v2/'])('tells of the server at %s', async path => {
    const body = await (await world.ask('GET', path)).json();
    expect(breaches('metadata_server_response', body)).toEqual([]);
    expect(body.extensions).toContain('binary_tensor_data');
  });

  it('is live and ready', async () => {
    expect(await (await world.ask('GET', '/v2/health/live')).json()).toEqual({ live: true });
    expect(await (await world.ask('GET', '/v2/health/ready')).json()).toEqual({ ready: true });
  });

  it('describes a model', async () => {
    const body = await (await world.ask('GET', '/v2/models/dense')).json();
    expect(breaches('metadata_model_response', body)).toEqual([]);
    expect(body).toEqual({
      name: 'dense',
      versions: ['1', '2'],
      platform: 'tensorflowjs_layersmodel',
      inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 2] }],
      outputs: [{ name: 'y', datatype: 'FP32', shape: [-1, 3] }],
    });
  });

  it('tells whether a model is ready', async () => {
    const ready = await world.ask('GET', '/v2/models/dense/versions/2/ready');
    expect(await ready.json()).toEqual({ name: 'dense', ready: true });
    await infer('broken', { inputs: [x] });
    expect(await refused(await world.ask('GET', '/v2/models/broken/ready'))).toMatch(/^503 /);
  });

  it('lists the models and how it stands with them', async () => {
    const { models } = await (await world.ask('GET', '/v2/models')).json();
    expect(models).toContain('dense');
    await infer('broken', { inputs: [x] });
    const index = await (await world.ask('POST', '/v2/repository/index')).json();
    expect(index).toContainEqual({ name: 'dense', version: '1', state: 'READY', reason: '' });
    const broken = index.find(({ name }: { name: string }) => name === 'broken');
    expect(broken).toMatchObject({ state: 'UNAVAILABLE', reason: expect.stringContaining('no JSON') });
    const ready = await (await world.ask('POST', '/v2/repository/index', '{"ready": true}')).json();
    expect(ready.map(({ name }: { name: string }) => name)).not.toContain('broken');
  });

  it('tells the configuration and the statistics in the words of Triton', async () => {
    await infer('two', { inputs: ['a', 'b'].map(name => ({ ...x, name })) });
    const config = await (await world.ask('GET', '/v2/models/two/config')).json();
    expect(config).toMatchObject({ name: 'two', max_batch_size: 32 });
    expect(config.input[0]).toEqual({ name: 'a', data_type: 'TYPE_FP32', dims: [2] });
    const { model_stats } = await (await world.ask('GET', '/v2/models/two/versions/1/stats')).json();
    expect(model_stats[0]).toMatchObject({
      name: 'two',
      version: '1',
      inference_count: 1,
      execution_count: 1,
    });
    expect(model_stats[0].inference_stats.success.count).toBe(1);
    expect(model_stats[0].batch_stats[0].batch_size).toBe(1);
    const all = await (await world.ask('GET', '/v2/models/stats')).json();
    expect(all.model_stats.map(({ name }: { name: string }) => name)).toContain('two');
  });
});

describe('infer', () => {
  it('answers, and echoes the id', async () => {
    const response = await infer('dense', { id: 'sixth "one"', inputs: [x] });
    const body = await response.json();
    expect(breaches('inference_response', body)).toEqual([]);
    expect(body).toEqual({
      model_name: 'dense',
      model_version: '1',
      id: 'sixth "one"',
      outputs: [{ name: 'y', datatype: 'FP32', shape: [1, 3], data: [0.75, 1.125, 1.5] }],
    });
  });

  it('takes versions and aliases in the path', async () => {
    for (const [version, number] of [
      ['2', '2'],
      ['latest', '2'],
      ['champion', '1'],
    ]) {
      const response = await world.ask(
        'POST',
        `/v2/models/dense/versions/${version}/infer`,
        JSON.stringify({ inputs: [x] }),
      );
      expect((await response.json()).model_version).toBe(number);
    }
  });

  it.each([undefined, 'application/json', 'application/x-www-form-urlencoded', 'application/octet-stream'])(
    'takes a body of the type %s',
    async type => {
      // A body of bytes goes without a type.
      const body = new TextEncoder().encode(JSON.stringify({ inputs: [x] }));
      const response = await world.ask(
        'POST',
        '/v2/models/dense/infer',
        body,
        type === undefined ? {} : { 'content-type': type },
      );
      expect(response.status).toBe(200);
    },
  );

  it('gives the outputs that are asked for, in their order', async () => {
    const inputs = ['a', 'b'].map((name, at) => ({
      name,
      shape: [1, 2],
      datatype: 'FP32',
      data: [[at + 1, 4]],
    }));
    const { outputs } = await (
      await infer('two', { inputs, outputs: [{ name: 'product' }, { name: 'scaled' }] })
    ).json();
    expect(outputs.map(({ name, data }: { name: string; data: number[] }) => [name, data])).toEqual([
      ['product', [2, 16]],
      ['scaled', [3, 8]],
    ]);
    const only = await (await infer('two', { inputs, outputs: [{ name: 'product' }] })).json();
    expect(only.outputs).toHaveLength(1);
  });

  it('unpacks and packs gzip and deflate', async () => {
    const json = JSON.stringify({
      inputs: [{ name: 'x', shape: [4_000], datatype: 'FP32', data: Array(4_000).fill(0.5) }],
    });
    for (const [encoding, pack] of [
      ['gzip', gzipSync],
      ['deflate', deflateSync],
    ] as const) {
      const response = await world.ask('POST', '/v2/models/FP32/infer', pack(json), {
        'content-encoding': encoding,
        'accept-encoding': encoding,
      });
      expect(response.headers.get('content-encoding')).toBe(encoding);
      expect((await response.json()).outputs[0].data).toHaveLength(4_000);
    }
    const plain = await world.ask('POST', '/v2/models/FP32/infer', json, { 'accept-encoding': 'identity' });
    expect(plain.headers.get('content-encoding')).toBeNull();
  });
});

/** Values of each datatype at its edges, as JSON text. */
const edges: Readonly<Record<string, readonly string[]>> = {
  BOOL: ['true', 'false'],
  UINT8: ['0', '255'],
  UINT16: ['0', '65535'],
  UINT32: ['0', '4294967295'],
  UINT64: ['9007199254740993', '18446744073709551615'],
  INT8: ['-128', '127'],
  INT16: ['-32768', '32767'],
  INT32: ['-2147483648', '2147483647'],
  INT64: ['-9223372036854775808', '9223372036854775807'],
  FP16: ['0.0999755859375', '-65504'],
  FP32: ['0.10000000149011612', '-3.4028234663852886e+38'],
  FP64: ['0.1', '-5e-324'],
  BYTES: ['"žluťoučký\\n"', '""'],
};

const allInputs = () =>
  `[${Object.entries(edges)
    .map(
      ([name, values]) =>
        `{"name":"${name}","datatype":"${name}","shape":[1,2],"data":[[${values.join(',')}]]}`,
    )
    .join(',')}]`;

describe('every datatype', () => {
  it('comes back from JSON as it went', async () => {
    const text = await (await infer('all', `{"inputs":${allInputs()}}`)).text();
    for (const [name, values] of Object.entries(edges))
      expect(text).toContain(
        `{"name":"${name}_out","datatype":"${name}","shape":[1,2],"data":[${values.join(',')}]}`,
      );
    expect(breaches('inference_response', JSON.parse(text))).toEqual([]);
  });

  it('comes back from bytes as it went', async () => {
    // What JSON gives, in bytes, is what bytes have to give again.
    const asked = await infer('all', `{"parameters":{"binary_data_output":true},"inputs":${allInputs()}}`);
    expect(asked.headers.get('content-type')).toBe('application/octet-stream');
    const { json, bytes } = await parts(asked);
    expect(breachesOfBinary(json)).toEqual([]);
    const inputs = json.outputs.map(({ datatype, shape, parameters }) => ({
      name: datatype,
      datatype,
      shape,
      parameters,
    }));
    const header = Buffer.from(
      JSON.stringify({
        inputs,
        outputs: json.outputs.map(({ name }) => ({ name, parameters: { binary_data: true } })),
      }),
    );
    const again = await world.ask('POST', '/v2/models/all/infer', Buffer.concat([header, bytes]), {
      'inference-header-content-length': String(header.length),
    });
    const second = await parts(again);
    expect(Buffer.compare(second.bytes, bytes)).toBe(0);
    expect(second.json.outputs).toEqual(json.outputs);
    const sizes = Object.fromEntries(
      json.outputs.map(({ datatype, parameters }) => [datatype, parameters.binary_data_size]),
    );
    expect(sizes).toMatchObject({
      BOOL: 2,
      UINT16: 4,
      INT64: 16,
      FP16: 4,
      FP64: 16,
      BYTES: 4 + Buffer.byteLength('žluťoučký\n') + 4,
    });
  });

  it('mixes bytes and JSON, as each output asks', async () => {
    const inputs = ['a', 'b'].map(name => ({ ...x, name }));
    const outputs = [{ name: 'scaled', parameters: { binary_data: false } }, { name: 'product' }];
    const response = await infer('two', { parameters: { binary_data_output: true }, inputs, outputs });
    const { json, bytes } = await parts(response);
    expect(json.outputs[0]).toMatchObject({ data: [2, 4] });
    expect(json.outputs[1]).toMatchObject({ parameters: { binary_data_size: 8 } });
    expect(bytes.readFloatLE(4)).toBe(4);
  });

  it.each([
    ['FP32', Buffer.from(Float32Array.of(1, 2, 3).buffer), [3]],
    ['UINT8', Buffer.of(7, 8), [2]],
    ['INT64', Buffer.from(BigInt64Array.of(-1n).buffer), [1]],
    ['BYTES', Buffer.from([2, 0, 0, 0, 104, 105]), [1]],
  ])('comes raw, as the one input of %s', async (model, body, shape) => {
    const response = await world.ask('POST', `/v2/models/${model}/infer`, body, {
      'inference-header-content-length': '0',
    });
    const { json, bytes } = await parts(response);
    expect(json.outputs[0]).toMatchObject({ datatype: model, shape });
    expect(Buffer.compare(bytes, body)).toBe(0);
  });

  it('refuses a raw body for several inputs', async () => {
    const response = await world.ask('POST', '/v2/models/two/infer', Buffer.alloc(8), {
      'inference-header-content-length': '0',
    });
    expect(await refused(response)).toMatch(/^400 A raw request has one input/);
  });
});

interface BinaryJson {
  readonly outputs: readonly {
    readonly name: string;
    readonly datatype: string;
    readonly shape: number[];
    readonly parameters: { readonly binary_data_size: number };
  }[];
}

/** By the description, which knows no bytes behind the JSON: data are left out then. */
function breachesOfBinary(json: BinaryJson): readonly string[] {
  return breaches('inference_response', json).filter(breach => !breach.includes("required property 'data'"));
}

async function parts(response: Response): Promise<{ json: BinaryJson; bytes: Buffer }> {
  expect(response.status).toBe(200);
  const body = Buffer.from(await response.arrayBuffer());
  const length = Number(response.headers.get('inference-header-content-length'));
  return { json: JSON.parse(body.toString('utf8', 0, length)), bytes: body.subarray(length) };
}

describe('bad input', () => {
  const input = (change: object) => ({ inputs: [{ ...x, ...change }] });

  // biome-ignore format: one attack a line
  it.each<[string, object | string, RegExp]>([
    ['an empty body', '', /^400 The body is no JSON/],
    ['no JSON', '{"inputs": [', /^400 The body is no JSON/],
    ['no JSON, of which nothing is said again', 'my secret', /^400 The body is no JSON; send [^y]*$/],
    ['a list', '[]', /^400 The body is no JSON object/],
    ['no inputs', {}, /^400 A request has a list/],
    ['an id that is none', { id: 5, inputs: [x] }, /^400 The id/],
    ['an unknown input', input({ name: 'z' }), /^400 .*no input "z"; it takes "x" FP32 \[-1, 2\]/],
    ['an input twice', { inputs: [x, x] }, /^400 The input "x" is there twice/],
    ['an unknown output', { inputs: [x], outputs: [{ name: 'z' }] }, /^400 .*no output "z"; it gives "y"/],
    ['an unknown datatype', input({ datatype: 'FP8' }), /^400 .*"FP8"; there is BOOL, UINT8/],
    ['another datatype', input({ datatype: 'FP64' }), /^400 .*is FP64; the model takes FP32/],
    ['another shape', input({ shape: [2, 1] }), /^400 .*has the shape \[2, 1\]; the model takes \[-1, 2\]/],
    ['a shape that is none', input({ shape: 2 }), /^400 .*no shape/],
    ['a negative length', input({ shape: [-1, 2] }), /^400 .*holds -1; lengths are whole numbers/],
    ['two negative lengths', input({ shape: [-1, -2] }), /^400 .*lengths are whole numbers/],
    ['a fraction of a length', input({ shape: [0.5, 4] }), /^400 .*lengths are whole numbers/],
    ['lengths that overflow', input({ shape: [4294967296, 4294967296] }), /^400 .*more elements than can be counted/],
    ['lengths that overflow to nothing', input({ shape: [9007199254740991, 9007199254740991, 0] }), /^400 .*more elements/],
    ['more elements than are taken', input({ shape: [1e12, 2] }), /^400 .*are the most that this server takes/],
    ['too few values', input({ data: [1] }), /^400 .*has 1 values; its shape has room for 2/],
    ['too many values', input({ data: [1, 2, 3] }), /^400 .*has 3 values/],
    ['values and lists', input({ data: [[1], 2] }), /^400 .*mix values and lists/],
    ['lists and values', input({ data: [1, [2]] }), /^400 .*mix values and lists/],
    ['a text for a number', input({ data: [1, '2'] }), /^400 .*holds "2", which is no FP32/],
    ['nothing for a number', input({ data: [1, null] }), /^400 .*holds null, which is no FP32/],
    ['no data', input({ data: undefined }), /^400 .*no data/],
    ['bytes that are not there', input({ data: undefined, parameters: { binary_data_size: 8 } }), /^400 .*has 8 bytes; the body has 0 left/],
    ['a size that is none', input({ data: undefined, parameters: { binary_data_size: -8 } }), /^400 .*no number of bytes/],
    ['data and bytes', input({ parameters: { binary_data_size: 8 } }), /^400 .*and also binary_data_size/],
    ['shared memory', input({ parameters: { shared_memory_region: 'a' } }), /^501 .*shared_memory_region/],
    ['a time that is none', { parameters: { timeout: -1 }, inputs: [x] }, /^400 .*timeout/],
  ])('refuses %s', async (_, request, message) => {
    expect(await refused(await infer('dense', request))).toMatch(message);
    expect(world.faults).toEqual([]);
  });

  it('refuses integers beyond their datatype', async () => {
    const request = (datatype: string, value: string) =>
      `{"inputs":[{"name":"x","datatype":"${datatype}","shape":[1],"data":[${value}]}]}`;
    for (const [datatype, value] of [
      ['UINT8', '256'],
      ['UINT8', '-1'],
      ['UINT8', '1.5'],
      ['INT64', '9223372036854775808'],
      ['INT64', '1e400'],
    ] as const)
      expect(await refused(await infer(datatype, request(datatype, value)))).toMatch(
        new RegExp(`^400 .*(no ${datatype}|no JSON)`),
      );
  });

  it.each([
    ['INT64', '9223372036854775808', 'The tensor "x" holds 9223372036854775808, which is no INT64.'],
    ['UINT64', '18446744073709551616', 'The tensor "x" holds 18446744073709551616, which is no UINT64.'],
    ['INT64', '123456789012345678901', 'The tensor "x" holds 123456789012345680000, which is no INT64.'],
    ['FP16', '65520', 'The tensor "x" holds 65520, which is too large for FP16.'],
    ['FP32', '1e39', 'The tensor "x" holds 1e+39, which is too large for FP32.'],
    ['FP32', '-1e400', 'The tensor "x" holds a number, which is too large for FP32.'],
    ['FP64', '1e400', 'The tensor "x" holds a number, which is too large for FP64.'],
  ])('says which input has what %s has no room for: %s', async (datatype, value, message) => {
    for (const data of [`[${value}]`, `[[${value}]]`]) {
      const body = `{"inputs":[{"name":"x","datatype":"${datatype}","shape":[1],"data":${data}}]}`;
      expect(await refused(await infer(datatype, body))).toBe(`400 ${message}`);
    }
  });

  it.each([
    ['an id', '"id":12345678901234567890,"inputs":[{"name":"x"', 'The id of a request is a text.'],
    ['a name', '"inputs":[{"name":12345678901234567890', 'An input has no name.'],
    [
      'a datatype',
      '"inputs":[{"name":"x","datatype":12345678901234567890',
      /datatype 12345678901234567890; /,
    ],
    [
      'a length',
      '"inputs":[{"name":"x","datatype":"FP32","shape":[12345678901234567890]',
      /holds 12345678901234567890; /,
    ],
    [
      'a text',
      '"inputs":[{"name":"x","datatype":"BYTES","shape":[1],"data":[12345678901234567890]',
      /holds 12345678901234567890, which is no BYTES/,
    ],
  ])('shows a long number as it came, beside INT64: %s', async (_, head, message) => {
    const body = `{${head}, "parameters":{"of":"INT64"}}]}`;
    expect(await refused(await infer('dense', body))).toMatch(message);
  });

  it('takes texts with control characters as they are, beside long numbers', async () => {
    const texts = ['\\u00011', '\\u0002'];
    const body = `{"inputs":${allInputs().replace('""', `"${texts[0]}"`).replace('\\n', texts[1]!)}}`;
    const text = await (await infer('all', body)).text();
    expect(text).toContain(`"žluťoučký${texts[1]}","${texts[0]}"`);
    expect(text).toContain('[-9223372036854775808,9223372036854775807]');
  });

  it('refuses lists within lists without end', async () => {
    const nested = `${'['.repeat(50_000)}1${']'.repeat(50_000)}`;
    expect(
      await refused(
        await infer('dense', `{"inputs":[{"name":"x","datatype":"FP32","shape":[1,2],"data":${nested}}]}`),
      ),
    ).toMatch(/^400 /);
  });

  // biome-ignore format: one attack a line
  it.each<[string, string, Buffer, RegExp]>([
    ['a header that is none', '-3', Buffer.from('{}'), /^400 Inference-Header-Content-Length is a number/],
    ['a header beyond the body', '50', Buffer.from('{}'), /^400 .*the body has 2 bytes/],
    ['bytes that nothing names', '36', Buffer.from(`${JSON.stringify({ inputs: [x] }).padEnd(80)}`), /^400 The body is no JSON/],
  ])('refuses %s', async (_, length, body, message) => {
    const response = await world.ask('POST', '/v2/models/dense/infer', body, { 'inference-header-content-length': length });
    expect(await refused(response)).toMatch(message);
  });

  it('refuses bytes that do not fit', async () => {
    const ask = (shape: number[], size: number, bytes: Buffer, datatype = 'FP32', model = 'dense') => {
      const header = Buffer.from(
        JSON.stringify({ inputs: [{ name: 'x', shape, datatype, parameters: { binary_data_size: size } }] }),
      );
      return world.ask('POST', `/v2/models/${model}/infer`, Buffer.concat([header, bytes]), {
        'inference-header-content-length': String(header.length),
      });
    };
    expect(await refused(await ask([1, 2], 4, Buffer.alloc(4)))).toMatch(/^400 .*have 8/);
    expect(await refused(await ask([1, 2], 8, Buffer.alloc(12)))).toMatch(/^400 .*4 bytes behind/);
    expect(await refused(await ask([1], 6, Buffer.from([99, 0, 0, 0, 1, 1]), 'BYTES', 'BYTES'))).toMatch(
      /^400 .*goes beyond/,
    );
    expect(await refused(await ask([1], 6, Buffer.from([1, 0, 0, 0, 1, 1]), 'BYTES', 'BYTES'))).toMatch(
      /^400 .*1 bytes behind its 1 strings/,
    );
    expect(await refused(await ask([2 ** 20], 6, Buffer.from([1, 0, 0, 0, 1, 1]), 'BYTES', 'BYTES'))).toMatch(
      /^400 .*too few for/,
    );
  });

  it('names what there is where a model or a version is not', async () => {
    expect(await refused(await infer('nothing', { inputs: [x] }))).toMatch(
      /^404 Request for unknown model: "nothing" is not found. There is: .*dense/,
    );
    const versions = await world.ask(
      'POST',
      '/v2/models/dense/versions/9/infer',
      JSON.stringify({ inputs: [x] }),
    );
    expect(await refused(versions)).toMatch(
      /^404 Request for unknown model: "dense" has no version "9". There is: champion, latest, 1, 2/,
    );
    for (const name of ['__proto__', 'constructor', '..%2f..%2fetc', '%00'])
      expect(await refused(await infer(name, { inputs: [x] }))).toMatch(/^(400|404) /);
    const alias = await world.ask(
      'POST',
      '/v2/models/dense/versions/__proto__/infer',
      JSON.stringify({ inputs: [x] }),
    );
    expect(await refused(alias)).toMatch(/^404 /);
  });

  it('refuses addresses that are not there', async () => {
    expect(await refused(await world.ask('GET', '/v2/nothing'))).toMatch(/^404 /);
    expect(await refused(await world.ask('DELETE', '/v2/models/dense'))).toMatch(/^404 /);
    expect(await refused(await world.ask('GET', '/nothing'))).toMatch(/^404 /);
  });

  it('says of NaN that JSON has no way to write it, and gives it in bytes', async () => {
    const header = (outputs: object[]) =>
      JSON.stringify({
        inputs: [{ name: 'x', shape: [1], datatype: 'FP32', parameters: { binary_data_size: 4 } }],
        outputs,
      });
    const ask = (text: string) =>
      world.ask(
        'POST',
        '/v2/models/FP32/infer',
        Buffer.concat([Buffer.from(text), Buffer.from(Float32Array.of(Number.NaN).buffer)]),
        {
          'inference-header-content-length': String(Buffer.byteLength(text)),
        },
      );
    expect(await refused(await ask(header([])))).toMatch(/^501 .*binary_data/);
    expect(
      (
        await parts(await ask(header([{ name: 'x_out', parameters: { binary_data: true } }])))
      ).bytes.readFloatLE(0),
    ).toBeNaN();
  });
});

describe('bodies', () => {
  let small: World;

  beforeAll(async () => {
    small = await openWorld(
      folder => folder.putEcho('x', 1, [{ name: 'x', datatype: 'FP32', shape: [-1] }]),
      { body: 10_000 },
    );
  });

  afterAll(() => small.close());

  it('are bounded before they are parsed', async () => {
    expect(await refused(await small.ask('POST', '/v2/models/x/infer', ' '.repeat(10_001)))).toMatch(/^413 /);
  });

  it('are bounded before they are unpacked', async () => {
    const bomb = gzipSync(Buffer.alloc(5_000_000, 32));
    expect(bomb.length).toBeLessThan(10_000);
    const response = await small.ask('POST', '/v2/models/x/infer', bomb, { 'content-encoding': 'gzip' });
    expect(await refused(response)).toMatch(/^413 .*more than 10000 bytes/);
  });

  it('are bounded all together, while they arrive', async () => {
    const room = await openWorld(
      folder => folder.putEcho('x', 1, [{ name: 'x', datatype: 'FP32', shape: [-1] }]),
      { body: 1_000, bodies: 1_500 },
    );
    try {
      const { port } = new URL(room.url);
      const head = (length: number) =>
        `POST /v2/models/x/infer HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${length}\r\n\r\n`;
      const slow = connect(Number(port), '127.0.0.1');
      slow.write(`${head(1_000)}${' '.repeat(999)}`);
      await expect.poll(() => room.server.bodies.taken).toBe(999);
      const response = await room.ask('POST', '/v2/models/x/infer', ' '.repeat(600));
      expect(await refused(response)).toMatch(
        /^503 .*the room for bodies is full \(1500 bytes, by inference\.body\)/,
      );
      expect(response.headers.get('retry-after')).toBe('1');
      // What fits beside it is read.
      expect((await room.ask('POST', '/v2/models/x/infer', ' '.repeat(400))).status).toBe(400);
      slow.destroy();
      await expect
        .poll(async () => (await room.ask('POST', '/v2/models/x/infer', ' '.repeat(600))).status)
        .toBe(400);
    } finally {
      await room.close();
    }
  });

  it('of an unknown packing are refused, as those that are no such packing', async () => {
    expect(
      await refused(await small.ask('POST', '/v2/models/x/infer', 'x', { 'content-encoding': 'br' })),
    ).toMatch(/^415 /);
    expect(
      await refused(await small.ask('POST', '/v2/models/x/infer', 'x', { 'content-encoding': 'gzip' })),
    ).toMatch(/^400 /);
  });
});
