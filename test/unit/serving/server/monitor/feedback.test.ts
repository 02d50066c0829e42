import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { mintInferenceToken, type Right } from '@murmuration/serving/access/tokens';
import { afterEach, describe, expect, it } from 'vitest';
import type { ModelFolder } from '../models.ts';
import { openWorld, type World } from '../world.ts';
import { predictionOf, windowOf } from './predictions.ts';

const worlds: World[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0).reverse()) await world.close();
});

async function open(...given: Parameters<typeof openWorld> extends [unknown, ...infer Rest] ? Rest : never) {
  const echo = (folder: ModelFolder) =>
    folder.putEcho('m', 1, [{ name: 'x', datatype: 'FP32', shape: [-1, 3] }]);
  const world = await openWorld(echo, ...given);
  worlds.push(world);
  return world;
}

const minted = (...rights: readonly Right[]) => mintedFor(null, ...rights);
const mintedFor = (models: string[] | null, ...rights: readonly Right[]) => {
  const { text, ...entry } = mintInferenceToken(systemRandom, native);
  return {
    headers: { authorization: `Bearer ${text}` },
    text,
    entry: { ...entry, name: 'test', rights: [...rights], models },
  };
};

/** Class 1 is the best guess. */
const body = (id?: string) =>
  JSON.stringify({ id, inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 3], data: [0.2, 0.7, 0.1] }] });
const predict = (world: World, id?: string, headers = {}) =>
  world.ask('POST', '/v2/models/m/infer', body(id), headers);
const tell = async (world: World, id: string, outcome: unknown, headers = {}) => {
  const response = await world.ask('POST', '/v1/feedback', JSON.stringify({ id, outcome }), headers);
  return [response.status, (await response.json()) as { result?: string; error?: string }] as const;
};
const metrics = async (world: World, headers = {}) =>
  (await world.ask('GET', '/metrics', undefined, headers)).text();

describe('feedback over HTTP', () => {
  it('is not known of what a device asks that can’t run the model', async () => {
    const world = await open();
    const asked = { model: 'm', inputs: [], protocol: 'device', id: 'device' };
    expect((await world.server.infer({ ...asked, row: [0.2, 0.7, 0.1] })).outputs).toHaveLength(1);
    expect((await tell(world, 'device', 1))[0]).toBe(404);
    expect(await metrics(world)).not.toContain('murmuration_model_predictions{');
  });

  it('is joined to a request by the id of its body, of its header, or the one that the server gave it', async () => {
    const world = await open();
    expect((await predict(world, 'by body')).headers.get('x-request-id')).toBeNull();
    expect(
      (await predict(world, undefined, { 'x-request-id': 'by header' })).headers.get('x-request-id'),
    ).toBe('by header');
    const given = (await predict(world)).headers.get('x-request-id')!;
    expect(given).toMatch(/^[0-9a-f]{32}$/);
    expect((await predict(world)).headers.get('x-request-id')).not.toBe(given);
    for (const [id, outcome] of [
      ['by body', 1],
      ['by header', 0],
      [given, 1],
    ] as const)
      expect(await tell(world, id, outcome)).toEqual([200, { id, result: 'joined' }]);
    expect((await tell(world, given, 1))[1].result).toBe('repeated');
    const shown = await metrics(world);
    expect(shown).toContain('murmuration_feedback_total{outcome="joined"} 3');
    expect(shown).toContain('murmuration_feedback_total{outcome="repeated"} 1');
    expect(shown).toMatch(/murmuration_model_accuracy_ratio\{model="m",version="1"\} 0\.666/);
    expect(shown).toContain('murmuration_model_outcomes_known_ratio{model="m",version="1"} 0.75');
    expect(world.faults).toEqual([]);
  });

  it('is refused for an unknown id, a second outcome, another type, and what is no feedback', async () => {
    const world = await open();
    await predict(world, 'p');
    expect((await tell(world, 'q', 1))[0]).toBe(404);
    expect((await tell(world, 'p', 'one'))[0]).toBe(400);
    expect((await tell(world, 'p', 7))[0]).toBe(400);
    expect((await tell(world, 'p', 1))[0]).toBe(200);
    expect((await tell(world, 'p', 2))[0]).toBe(409);
    for (const wrong of [
      '',
      '{',
      '[]',
      '{"id":"p"}',
      '{"id":"","outcome":1}',
      '{"id":"p","outcome":null}',
      '{"id":"p","outcome":1,"more":1}',
    ])
      expect((await world.ask('POST', '/v1/feedback', wrong)).status).toBe(400);
    expect((await world.ask('POST', '/v1/feedback', `{"id":"${'x'.repeat(70_000)}"`)).status).toBe(413);
    expect((await world.ask('GET', '/v1/feedback')).status).toBe(404);
  });

  it('counts no request that failed', async () => {
    const world = await open();
    expect((await world.ask('POST', '/v2/models/m/infer', '{"id":"p","inputs":[]}')).status).toBe(400);
    expect((await tell(world, 'p', 1))[0]).toBe(404);
    expect(await metrics(world)).not.toContain('murmuration_model_outcomes_known_ratio{');
  });

  it('is not there where the settings say so', async () => {
    const world = await open({ feedback: null });
    expect((await predict(world)).headers.get('x-request-id')).toBeNull();
    expect((await tell(world, 'p', 1))[0]).toBe(404);
  });

  it('needs its right, and windows of replicas theirs', async () => {
    const [asks, tells, reports] = [minted('predict'), minted('feedback'), minted('monitor')];
    const world = await open({ tokens: [asks.entry, tells.entry, reports.entry] });
    expect((await predict(world, 'p', asks.headers)).status).toBe(200);
    expect((await tell(world, 'p', 1))[0]).toBe(401);
    expect((await tell(world, 'p', 1, { authorization: 'Bearer mmi_forged' }))[0]).toBe(401);
    for (const { headers } of [asks, reports]) expect((await tell(world, 'p', 1, headers))[0]).toBe(403);
    expect((await predict(world, 'q', tells.headers)).status).toBe(403);
    expect((await tell(world, 'p', 1, tells.headers))[0]).toBe(200);

    const window = JSON.stringify(windowOf(1, [predictionOf('forged', Date.now())]));
    for (const { headers } of [asks, tells])
      expect((await world.ask('POST', '/v1/monitor/windows', window, headers)).status).toBe(403);
    expect((await tell(world, 'forged', 1, tells.headers))[0]).toBe(404);
    const unit = { unit: 'a'.repeat(16), failed: false, ms: 1 };
    const withCovariate = (covariate: unknown) =>
      JSON.stringify({
        ...windowOf(1, [], 'b'.repeat(32)),
        requests: [],
        arms: [
          {
            ...{ experiment: 'e', arm: 'a', requests: 1, failures: 0, agreed: 0, dropped: 0 },
            units: [{ ...unit, covariate }],
          },
        ],
      });
    expect(
      (await world.ask('POST', '/v1/monitor/windows', withCovariate(-0.5), reports.headers)).status,
    ).toBe(200);
    for (const wrong of [
      '{}',
      '{"replica":"x","number":1,"requests":[],"predictions":[]}',
      ...['1', null, 1e13].map(withCovariate),
      withCovariate(0).replace('"covariate":0', '"covariate":1e999'),
    ])
      expect((await world.ask('POST', '/v1/monitor/windows', wrong, reports.headers)).status).toBe(400);
    expect((await world.ask('POST', '/v1/monitor/windows', window, reports.headers)).status).toBe(200);
    expect((await tell(world, 'forged', 1, tells.headers))[0]).toBe(200);
  });

  it('asks a token for windows also where anybody on this machine may predict', async () => {
    const world = await open();
    const window = JSON.stringify(windowOf(1, []));
    expect((await world.ask('POST', '/v1/monitor/windows', window)).status).toBe(401);
  });
});

describe('replicas', () => {
  it('take feedback on each other’s predictions, and the coordinator counts all of it once', async () => {
    const token = minted('feedback', 'monitor', 'predict');
    const centre = await open({ tokens: [token.entry] });
    const report = { url: centre.url, token: token.text };
    const [first, second] = [await open({ report }), await open({ report })];
    await predict(first, 'p');
    await predict(second, 'q');
    // Each hands its window over before it asks for what may be in it.
    expect((await tell(first, 'p', 1))[1].result).toBe('joined');
    expect((await tell(second, 'p', 1))[1].result).toBe('repeated');
    expect((await tell(second, 'p', 2))[0]).toBe(409);
    expect((await tell(first, 'q', 0))[1].result).toBe('joined');
    expect((await tell(first, 'r', 0))[0]).toBe(404);
    expect((await tell(first, 'p', 'text'))[0]).toBe(409);
    const shown = await metrics(centre, token.headers);
    expect(shown).toContain('murmuration_model_accuracy_ratio{model="m",version="1"} 0.5');
    expect(shown).toContain('murmuration_model_outcomes_known_ratio{model="m",version="1"} 1');
    expect((await first.ask('POST', '/v1/monitor/windows', '{}')).status).toBe(404);
    expect([first.faults, second.faults, centre.faults]).toEqual([[], [], []]);
  });

  it('say for whom they pass an outcome on: of predictions of another model nothing is heard', async () => {
    const token = minted('feedback', 'monitor', 'predict');
    const [own, other] = [mintedFor(['m'], 'feedback'), mintedFor(['n'], 'feedback')];
    const centre = await open({ tokens: [token.entry] });
    const report = { url: centre.url, token: token.text };
    const replica = await open({ report, tokens: [token, own, other].map(({ entry }) => entry) });
    await predict(replica, 'p', token.headers);
    const [status, { error }] = await tell(replica, 'p', 1, other.headers);
    expect([status, error]).toEqual([404, expect.stringMatching(/the token is not for\.$/)]);
    expect((await tell(replica, 'p', 1, own.headers))[1].result).toBe('joined');
  });

  it('whose token is not for a model lose what they tell of it, and nothing else', async () => {
    const token = minted('predict');
    const reports = mintedFor(['m'], 'feedback', 'monitor');
    const centre = await open({ tokens: [token.entry, reports.entry] });
    const report = { url: centre.url, token: reports.text };
    const replica = await open({ report });
    await replica.folder.putEcho('n', 1, [{ name: 'x', datatype: 'FP32', shape: [-1, 3] }]);
    const ask = (model: string) => replica.ask('POST', `/v2/models/${model}/infer`, body(model));
    await expect.poll(async () => (await ask('n')).status).toBe(200);
    // Hands the window over.
    await tell(replica, 'nothing', 0);
    expect((await ask('m')).status).toBe(200);
    expect((await tell(replica, 'm', 1))[1].result).toBe('joined');
    expect(String(replica.faults)).toContain('This is about the model n; the token is only for m.');
    expect(await metrics(centre, token.headers)).not.toContain('model="n"');
  });

  it('count features as the coordinator says, which compares all of what they saw', async () => {
    const token = minted('feedback', 'monitor', 'predict');
    const centre = await open({
      tokens: [token.entry],
      drift: { atLeast: 50, every: 1_000 },
    });
    const report = { url: centre.url, token: token.text };
    const replicas = [await open({ report }), await open({ report })];
    const ask = async (x: number) => {
      for (const [at, replica] of replicas.entries()) {
        const rows = Array.from({ length: 750 }, (_, row) => x + (row % 2 ? row : -row) / 2_500);
        // A reference has a thousand rows.
        for (let part = 0; part < 4; part++) {
          const body = {
            id: `${x}-${at}-${part}`,
            inputs: [{ name: 'x', datatype: 'FP32', shape: [250, 3], data: rows }],
          };
          expect((await replica.ask('POST', '/v2/models/m/infer', JSON.stringify(body))).status).toBe(200);
        }
        // Hands over what the replica has seen.
        await tell(replica, 'nothing', 0);
      }
    };
    const shown = async () => (await metrics(centre, token.headers)).match(/^murmuration_drift.*$/gm) ?? [];
    await ask(0);
    await expect.poll(shown).toContain('murmuration_drift_reference_rows{model="m",version="1"} 1000');
    await ask(0);
    await expect
      .poll(async () => {
        await ask(5);
        return shown();
      })
      .toContain('murmuration_drift_features_drifted_ratio{model="m",version="1"} 1');
    expect([replicas[0]!.faults, replicas[1]!.faults, centre.faults]).toEqual([[], [], []]);
  });

  it('that name no coordinator, or remember nothing, are refused', async () => {
    await expect(open({ report: { token: 't' } })).rejects.toThrow('names no coordinator');
    await expect(open({ feedback: null, report: { token: 't', url: 'http://127.0.0.1:1' } })).rejects.toThrow(
      'needs feedback',
    );
  });
});
