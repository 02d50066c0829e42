import { InferenceClient, type InferenceClientOptions } from '@murmuration/inference-client/client/client';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { afterEach, describe, expect, it } from 'vitest';
import { codeOfPromise } from '../../codes.ts';
import { type Reply, ScriptedServer } from './scripted-server.ts';

const answer = {
  body: JSON.stringify({
    model_name: 'line',
    model_version: '3',
    id: 'a',
    outputs: [{ name: 'y', datatype: 'FP32', shape: [2], data: [0.5, 1.5] }],
  }),
};

let server: ScriptedServer;
afterEach(() => server.close());

const clock = new VirtualClock();
const standardTimeout = 30_000;

async function clientOf(
  script: readonly (Reply | 'silence' | 'cut')[],
  options: Partial<InferenceClientOptions> = {},
): Promise<InferenceClient> {
  server = await ScriptedServer.open(...script);
  return new InferenceClient({
    url: server.url,
    clock,
    random: length => new Uint8Array(length),
    ...options,
  });
}

/** Does not wait: pauses are over at once, and noted; what is due with the deadline of a try never comes. */
class PatientClock implements Clock {
  readonly pauses: number[] = [];

  now(): number {
    return 0;
  }

  at(time: number, wake: () => void): Cancel {
    if (time === standardTimeout) return () => {};
    this.pauses.push(time);
    setImmediate(wake);
    return () => {};
  }
}

describe('the inference client', () => {
  it('sends texts, numbers and whole bigints as JSON where it is told to', async () => {
    const client = await clientOf([answer], { format: 'json' });
    const result = await client.infer(
      'line',
      { text: ['é', ''], ids: [[1n, 2n ** 62n]], flags: [true, false], x: [[0.5], [2]] },
      { id: 'a', outputs: ['y'], version: 'champion' },
    );
    expect(result).toMatchObject({ model: 'line', version: '3', id: 'a' });
    expect(result.numbers('y')).toEqual([0.5, 1.5]);
    const [{ path, headers, body }] = server.heard as [ScriptedServer['heard'][number]];
    expect(path).toBe('/v2/models/line/versions/champion/infer');
    expect(headers['content-type']).toBe('application/json');
    // Not parsed: a number of JavaScript has no room for 2⁶².
    expect(body.toString()).toBe(
      '{"id":"a","inputs":[' +
        '{"name":"text","shape":[2],"datatype":"BYTES","data":["é",""]},' +
        '{"name":"ids","shape":[1,2],"datatype":"INT64","data":[1,4611686018427387904]},' +
        '{"name":"flags","shape":[2],"datatype":"BOOL","data":[true,false]},' +
        '{"name":"x","shape":[2,1],"datatype":"FP32","data":[0.5,2]}],"outputs":[{"name":"y"}]}',
    );
  });

  it('sends bytes behind the JSON and reads them, at any offset', async () => {
    const json =
      '{"model_name":"m","outputs":[{"name":"y","datatype":"FP64","shape":[1],"parameters":{"binary_data_size":8}}]}';
    const bytes = new Uint8Array(new Float64Array([Math.PI]).buffer);
    const client = await clientOf([
      {
        headers: { 'inference-header-content-length': String(json.length) },
        body: Buffer.concat([Buffer.from(json), bytes]),
      },
    ]);
    const result = await client.infer('m', { x: new Float32Array([1, Number.NaN]) });
    expect(result.numbers('y')).toEqual([Math.PI]);
    expect(result.version).toBeNull();
    const [{ headers, body }] = server.heard as [ScriptedServer['heard'][number]];
    const length = Number(headers['inference-header-content-length']);
    expect(JSON.parse(body.toString('utf8', 0, length))).toEqual({
      parameters: { binary_data_output: true },
      inputs: [{ name: 'x', shape: [2], datatype: 'FP32', parameters: { binary_data_size: 8 } }],
    });
    expect(body.readFloatLE(length)).toBe(1);
    expect(body.readFloatLE(length + 4)).toBeNaN();
  });

  it.each([
    ['a status that passes', { status: 503, headers: { 'retry-after': '7' } } as const],
    ['a connection that breaks', 'cut' as const],
  ])('tries again after %s', async (_, first) => {
    const client = await clientOf([first, answer], { clock: new PatientClock() });
    expect((await client.infer('line', { x: [1] })).numbers('y')).toEqual([0.5, 1.5]);
    expect(server.heard).toHaveLength(2);
  });

  it('waits as long as the server says, and no more than its own tries', async () => {
    const patient = new PatientClock();
    const client = await clientOf([{ status: 503, headers: { 'retry-after': '7' } }], {
      retries: 3,
      clock: patient,
      random: () => Uint8Array.of(255),
    });
    expect(await codeOfPromise(client.infer('line', { x: [1] }))).toBe('inference.unavailable');
    expect(server.heard).toHaveLength(4);
    expect(patient.pauses).toEqual([7_100, 7_200, 7_400]);
  });

  it.each([
    [400, 'inference.input'],
    [401, 'inference.unauthenticated'],
    [403, 'inference.forbidden'],
    [404, 'model.missing'],
    [501, 'inference.unsupported'],
    [302, 'server.unreachable'],
  ])('does not try again after %i, and tells what the server said', async (status, expected) => {
    const client = await clientOf(
      [
        {
          status,
          headers: { location: 'http://127.0.0.1:1/' },
          body: '{"error":"Request for unknown model: \'x\'"}',
        },
      ],
      { retries: status === 302 ? 0 : 2 },
    );
    const failure = await client.infer('x', { x: [1] }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: expected });
    if (status !== 302) expect((failure as Error).message).toContain("Request for unknown model: 'x'");
    expect(server.heard).toHaveLength(1);
  });

  it('takes its token nowhere that the server points to', async () => {
    const other = await ScriptedServer.open(answer);
    const client = await clientOf(
      [{ status: 307, headers: { location: `${other.url}/v2/models/x/infer` } }],
      {
        token: () => 'secret',
        retries: 0,
      },
    );
    expect(await codeOfPromise(client.infer('x', { x: [1] }))).toBe('server.unreachable');
    expect(server.heard.map(({ headers }) => headers.authorization)).toEqual(['Bearer secret']);
    expect(other.heard).toEqual([]);
    await other.close();
  });

  it('gives up at its deadline, and at once when it is told to', async () => {
    const client = await clientOf(['silence'], { retries: 0, timeout: 5_000 });
    const silent = server.silent();
    const late = client.infer('x', { x: [1] });
    late.catch(() => {});
    await silent;
    await clock.advance(5_000);
    expect(await codeOfPromise(late)).toBe('server.no-answer');

    const aborter = new AbortController();
    const again = server.silent();
    const stopped = client.infer('x', { x: [1] }, { signal: aborter.signal });
    stopped.catch(() => {});
    await again;
    aborter.abort(new Error('enough'));
    await expect(stopped).rejects.toThrow('enough');
  });

  it.each([
    ['no JSON', 'hello'],
    ['no outputs', '{"model_name":"x"}'],
    ['an output without a name', '{"outputs":[{"datatype":"FP32","shape":[1],"data":[1]}]}'],
    [
      'a shape that promises more than came',
      '{"outputs":[{"name":"y","datatype":"FP32","shape":[99999999],"data":[1]}]}',
    ],
    ['a negative length', '{"outputs":[{"name":"y","datatype":"FP32","shape":[-1],"data":[1]}]}'],
    [
      'bytes that did not come',
      '{"outputs":[{"name":"y","datatype":"FP32","shape":[1],"parameters":{"binary_data_size":4}}]}',
    ],
    ['an unknown datatype', '{"outputs":[{"name":"y","datatype":"FP8","shape":[1],"data":[1]}]}'],
  ])('calls %s in an answer the fault of the server', async (_, body) => {
    const client = await clientOf([{ body }], { retries: 0 });
    expect(await codeOfPromise(client.infer('x', { x: [1] }))).toBe('inference.answer');
  });

  it('reads no more of an answer than its limit', async () => {
    const client = await clientOf([{ body: 'x'.repeat(10_000) }], { largestAnswer: 9_999 });
    expect(await codeOfPromise(client.infer('x', { x: [1] }))).toBe('inference.answer');
  });

  it.each([
    ['uneven lists', [[1, 2], [3]]],
    ['a text among numbers', [1, 'two']],
  ])('refuses %s before anything is sent', async (_, values) => {
    const client = await clientOf([answer]);
    expect(await codeOfPromise(client.infer('x', { x: values as never }))).toBe('inference.input');
    expect(server.heard).toEqual([]);
  });

  it('asks about health, models and the repository', async () => {
    const spec = { name: 'x', datatype: 'FP32', shape: [-1, 2] };
    const client = await clientOf(
      [
        {},
        { status: 503 },
        { status: 404 },
        {
          body: JSON.stringify({ name: 'line', versions: ['3'], platform: 'p', inputs: [spec], outputs: [] }),
        },
        { body: '[{"name":"line","version":"3","state":"READY","reason":""}]' },
        {},
        {},
        'cut',
      ],
      { retries: 0 },
    );
    expect(await client.isLive()).toBe(true);
    expect(await client.isReady()).toBe(false);
    expect(await client.isModelReady('no/such', '1')).toBe(false);
    expect((await client.metadata('line')).inputs).toEqual([spec]);
    expect(await client.repository()).toMatchObject([{ name: 'line', state: 'READY' }]);
    await client.load('line');
    await client.unload('line');
    expect(await client.isLive()).toBe(false);
    expect(server.heard.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /v2/health/live',
      'GET /v2/health/ready',
      'GET /v2/models/no%2Fsuch/versions/1/ready',
      'GET /v2/models/line',
      'POST /v2/repository/index',
      'POST /v2/repository/models/line/load',
      'POST /v2/repository/models/line/unload',
      'GET /v2/health/live',
    ]);
  });

  it.each(['models.example.org', 'ftp://x', 'http://a:b@x/'])('refuses the address %s', async url => {
    server = await ScriptedServer.open(answer);
    expect(() => new InferenceClient({ url })).toThrow('expected the address of an inference server');
  });
});
