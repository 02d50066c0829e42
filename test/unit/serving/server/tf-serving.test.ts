import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { denseModel, halfPlusTwo, sumAndProduct } from './models.ts';
import { openWorld, type World } from './world.ts';

let world: World;

beforeAll(async () => {
  world = await openWorld(async folder => {
    await folder.put('half_plus_two', 123, await halfPlusTwo());
    await folder.put('dense', 1, await denseModel(2, 3));
    await folder.put('dense', 2, await denseModel(2, 3, 8));
    await folder.aliases('dense', { stable: 1 });
    await folder.put('two', 1, await sumAndProduct());
    await folder.putEcho('numbers', 1, [{ name: 'x', datatype: 'FP64', shape: [-1] }]);
    await folder.putEcho('wide', 1, [{ name: 'x', datatype: 'INT64', shape: [-1] }]);
    await folder.putEcho('image_bytes', 1, [{ name: 'image_bytes', datatype: 'BYTES', shape: [-1] }]);
    await folder.write('broken/1/model.json', '{}');
  });
});

afterAll(() => world.close());

const post = async (path: string, body: unknown) => {
  const response = await world.ask('POST', path, typeof body === 'string' ? body : JSON.stringify(body));
  return [response.status, await response.text()] as const;
};
const answer = async (path: string, body: unknown) => {
  const [status, text] = await post(path, body);
  expect([status, text]).toEqual([200, text]);
  return JSON.parse(text);
};

// The examples of https://www.tensorflow.org/tfx/serving/api_rest
describe('predict', () => {
  it('knows the half and two of its documentation, by rows and by columns', async () => {
    expect(await answer('/v1/models/half_plus_two:predict', { instances: [2, 3, 4] })).toEqual({
      predictions: [3, 3.5, 4],
    });
    expect(await answer('/v1/models/half_plus_two:predict', { instances: [1.0, 2.0, 5.0] })).toEqual({
      predictions: [2.5, 3, 4.5],
    });
    expect(await answer('/v1/models/half_plus_two:predict', { inputs: [2, 3, 4] })).toEqual({
      outputs: [3, 3.5, 4],
    });
    expect(await answer('/v1/models/half_plus_two:predict', { instances: [{ x: 2 }] })).toEqual({
      predictions: [3],
    });
    expect(
      await answer('/v1/models/half_plus_two:predict', {
        inputs: { x: [2] },
        signature_name: 'serving_default',
      }),
    ).toEqual({ outputs: [3] });
  });

  it('names the outputs where there are several', async () => {
    const rows = [
      { a: [1, 2], b: [3, 4] },
      { a: [5, 6], b: [7, 8] },
    ];
    expect(await answer('/v1/models/two:predict', { instances: rows })).toEqual({
      predictions: [
        { scaled: [4, 6], product: [3, 8] },
        { scaled: [12, 14], product: [35, 48] },
      ],
    });
    expect(await answer('/v1/models/two:predict', { inputs: { a: [[1, 2]], b: [[3, 4]] } })).toEqual({
      outputs: { scaled: [[4, 6]], product: [[3, 8]] },
    });
  });

  it('asks versions and labels', async () => {
    const instances = [[1, 0]];
    expect(await answer('/v1/models/dense/versions/1:predict', { instances })).toEqual({
      predictions: [[0, 0.125, 0.25]],
    });
    expect(await answer('/v1/models/dense/labels/stable:predict', { instances })).toEqual({
      predictions: [[0, 0.125, 0.25]],
    });
    expect(await answer('/v1/models/dense:predict', { instances })).toEqual({
      predictions: [[1, 1.125, 1.25]],
    });
  });

  it('takes and gives NaN and infinities as bare words', async () => {
    const [status, text] = await post(
      '/v1/models/numbers:predict',
      '{"instances": [NaN, Infinity, -Infinity, 1.5]}',
    );
    expect([status, text]).toEqual([200, '{"predictions":[NaN,Infinity,-Infinity,1.5]}']);
    // In a text the same words are a text.
    const [, named] = await post(
      '/v1/models/numbers:predict',
      '{"instances": [1], "signature_name": "NaN \\" Infinity"}',
    );
    expect(named).toContain('There is no signature');
    // A number that is too large is none of them.
    for (const value of ['1e400', 'NaN, -1e400']) {
      const [refused, why] = await post('/v1/models/numbers:predict', `{"instances": [${value}]}`);
      expect([refused, why]).toEqual([
        400,
        expect.stringMatching(/The tensor \\"\w+\\" holds .*too large for FP64/),
      ]);
    }
  });

  it('takes and gives integers of 64 bits whole', async () => {
    const [, text] = await post(
      '/v1/models/wide:predict',
      '{"instances": [9223372036854775807, -9007199254740993]}',
    );
    expect(text).toBe('{"predictions":[9223372036854775807,-9007199254740993]}');
  });

  it('takes bytes as base64, and gives those back that are named so', async () => {
    const b64 = Buffer.from([0, 255, 128]).toString('base64');
    await world.folder.putEcho('copy', 1, [{ name: 'x', datatype: 'BYTES', shape: [-1] }]);
    expect(await answer('/v1/models/image_bytes:predict', { instances: [{ b64: 'YWJj' }, 'plain'] })).toEqual(
      {
        predictions: ['abc', 'plain'],
      },
    );
    const [status] = await post('/v1/models/image_bytes:predict', { instances: [{ b64 }] });
    expect(status).toBe(501);
  });
});

describe('classify and regress', () => {
  it('gives labels and scores, and values', async () => {
    const examples = [{ x: [1, 0] }, { x: [0, 1] }];
    const { results } = await answer('/v1/models/dense/versions/1:classify', { examples });
    expect(results).toEqual([
      [
        ['0', 0],
        ['1', 0.125],
        ['2', 0.25],
      ],
      [
        ['0', 0.375],
        ['1', 0.5],
        ['2', 0.625],
      ],
    ]);
    expect(
      await answer('/v1/models/half_plus_two:regress', { examples: [{ x: 2 }, {}], context: { x: 4 } }),
    ).toEqual({ results: [3, 4] });
  });

  it('refuses models that do neither', async () => {
    expect(await post('/v1/models/half_plus_two:classify', { examples: [{ x: 1 }] })).toEqual([
      400,
      expect.stringContaining('does not classify'),
    ]);
    expect(await post('/v1/models/dense:regress', { examples: [{ x: [1, 2] }] })).toEqual([
      400,
      expect.stringContaining('no regression'),
    ]);
  });
});

describe('status and metadata', () => {
  it('tells of all versions, and of one', async () => {
    const body = await (await world.ask('GET', '/v1/models/dense')).json();
    const available = (version: string) => ({
      version,
      state: 'AVAILABLE',
      status: { error_code: 'OK', error_message: '' },
    });
    expect(body).toEqual({
      model_version_status: [available('1'), available('2')],
      name: 'dense',
      ready: true,
    });
    const one = await (await world.ask('GET', '/v1/models/dense/labels/stable')).json();
    expect(one).toEqual({ model_version_status: [available('1')] });
  });

  it('says why a version is not available', async () => {
    await post('/v1/models/broken:predict', { instances: [1] });
    const { model_version_status } = await (await world.ask('GET', '/v1/models/broken')).json();
    expect(model_version_status[0]).toMatchObject({
      state: 'END',
      status: { error_code: 'UNAVAILABLE', error_message: expect.stringContaining('model.json') },
    });
  });

  it('describes the signature', async () => {
    const body = await (await world.ask('GET', '/v1/models/half_plus_two/metadata')).json();
    expect(body.model_spec).toEqual({ name: 'half_plus_two', signature_name: '', version: '123' });
    expect(body.metadata.signature_def.signature_def.serving_default).toMatchObject({
      inputs: {
        x: { dtype: 'DT_FLOAT', tensor_shape: { dim: [{ size: '-1', name: '' }], unknown_rank: false } },
      },
      method_name: 'tensorflow/serving/predict',
    });
  });

  it('lists the models, as KServe does', async () => {
    expect((await (await world.ask('GET', '/v1/models')).json()).models).toContain('half_plus_two');
  });
});

describe('bad requests', () => {
  // biome-ignore format: one attack a line
  it.each<[string, string, unknown, number, RegExp]>([
    ['an unknown model', '/v1/models/none:predict', { instances: [1] }, 404, /Servable not found for request: Latest\(none\)/],
    ['an unknown version', '/v1/models/dense/versions/9:predict', { instances: [1] }, 404, /Servable not found for request: Specific\(dense, 9\)/],
    ['a version and a label', '/v1/models/dense/versions/1/labels/stable:predict', { instances: [1] }, 400, /Malformed request: POST/],
    ['an unknown verb', '/v1/models/dense:guess', { instances: [1] }, 400, /Malformed request: POST \/v1\/models\/dense:guess/],
    ['no verb', '/v1/models/dense', { instances: [1] }, 400, /Malformed request/],
    ['rows and columns', '/v1/models/dense:predict', { instances: [[1, 2]], inputs: [[1, 2]] }, 400, /either/],
    ['neither', '/v1/models/dense:predict', {}, 400, /either/],
    ['no rows', '/v1/models/dense:predict', { instances: [] }, 400, /one row at least/],
    ['uneven rows', '/v1/models/dense:predict', { instances: [[1, 2], [3]] }, 400, /uneven/],
    ['values beside lists', '/v1/models/dense:predict', { instances: [[1, 2], 3] }, 400, /uneven/],
    ['a text for a number', '/v1/models/dense:predict', { instances: [[1, 'two']] }, 400, /no FP32/],
    ['another shape', '/v1/models/dense:predict', { instances: [[1, 2, 3]] }, 400, /the model takes \[-1, 2\]/],
    ['an unknown input', '/v1/models/two:predict', { instances: [{ a: [1, 2], c: [1, 2] }] }, 400, /no input "c"/],
    ['a missing input', '/v1/models/two:predict', { instances: [{ a: [1, 2] }] }, 400, /"b" is missing/],
    ['an inherited name', '/v1/models/two:predict', { instances: [{ a: [1, 2], toString: 1 }] }, 400, /no input "toString"/],
    ['an unknown signature', '/v1/models/dense:predict', { instances: [[1, 2]], signature_name: 'other' }, 400, /there is "serving_default"/],
    ['a body that is no JSON', '/v1/models/dense:predict', '{"instances": [Infinit]}', 400, /no JSON/],
    ['depth without end', '/v1/models/dense:predict', `{"instances": ${'['.repeat(30_000)}${']'.repeat(30_000)}}`, 400, /nested too deep/],
    ['bytes that are no base64', '/v1/models/image_bytes:predict', { instances: [{ b64: '***' }] }, 400, /b64/],
  ])('refuse %s', async (_, path, body, status, message) => {
    const [found, text] = await post(path, body);
    expect([found, JSON.parse(text).error]).toEqual([status, expect.stringMatching(message)]);
    expect(world.faults).toEqual([]);
  });

  it('tell that there are no versions of an unknown model', async () => {
    const response = await world.ask('GET', '/v1/models/none');
    expect([response.status, (await response.json()).error]).toEqual([
      404,
      expect.stringContaining('Could not find any versions of model none'),
    ]);
  });
});

describe('MLflow', () => {
  it('is pinged', async () => {
    for (const path of ['/ping', '/health']) expect((await world.ask('GET', path)).status).toBe(200);
    expect(await (await world.ask('GET', '/version')).text()).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it('takes rows, records, splits, columns and CSV', async () => {
    const path = '/invocations?model=dense@1';
    const expected = {
      predictions: [
        [0.375, 0.625, 0.875],
        [1.125, 1.875, 2.625],
      ],
    };
    const data = [
      [1, 1],
      [3, 3],
    ];
    for (const body of [
      { instances: data },
      { inputs: data },
      { inputs: { x: data } },
      { dataframe_split: { columns: ['a', 'b'], data } },
      { dataframe_split: { index: [0, 1], columns: ['a', 'b'], data }, params: {} },
      { dataframe_records: data.map(([a, b]) => ({ a, b })) },
      { dataframe_split: { columns: ['x'], data: data.map(row => [row]) } },
    ])
      expect(await answer(path, body)).toEqual(expected);
    const csv = await world.ask('POST', path, 'a,"b"\r\n1,1\n3,"3"\n', {
      'content-type': 'text/csv; charset=utf-8',
    });
    expect(await csv.json()).toEqual(expected);
  });

  // biome-ignore format: one attack a line
  it.each<[string, string, unknown, number, RegExp]>([
    ['no model named', '/invocations', { inputs: [[1, 1]] }, 404, /Name one of the models with \?model=NAME: .*dense/],
    ['an unknown model', '/invocations?model=none', { inputs: [[1, 1]] }, 404, /unknown model/],
    ['two forms', '/invocations?model=dense', { inputs: [[1, 1]], instances: [[1, 1]] }, 400, /found instances, inputs/],
    ['no form', '/invocations?model=dense', { data: [[1, 1]] }, 400, /found none/],
    ['params', '/invocations?model=dense', { inputs: [[1, 1]], params: { a: 1 } }, 501, /no params/],
    ['columns that do not fit', '/invocations?model=dense', { dataframe_split: { columns: ['a'], data: [[1]] } }, 400, /do not fit/],
    ['rows of another width', '/invocations?model=dense', { dataframe_split: { columns: ['a', 'b'], data: [[1]] } }, 400, /one value for each/],
    ['records of other columns', '/invocations?model=dense', { dataframe_records: [{ a: 1, b: 2 }, { a: 1, c: 2 }] }, 400, /lacks the column/],
    ['no rows', '/invocations?model=dense', { dataframe_records: [] }, 400, /no rows/],
  ])('refuses %s', async (_, path, body, status, message) => {
    const [found, text] = await post(path, body);
    expect([found, JSON.parse(text).error]).toEqual([status, expect.stringMatching(message)]);
  });

  it('refuses CSV that is none', async () => {
    for (const [text, message] of [
      ['', /empty/],
      ['a,b\n1', /has 1 cells/],
      ['a,b\n1,"2', /quotation mark/],
      ['a,b\n1,"2"3', /quotation mark/],
    ] as const) {
      const response = await world.ask('POST', '/invocations?model=dense', text, {
        'content-type': 'text/csv',
      });
      expect([response.status, (await response.json()).error]).toEqual([400, expect.stringMatching(message)]);
    }
  });
});
