import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { mintInferenceToken, type Right } from '@murmuration/serving/access/tokens';
import { rows } from '@murmuration/serving/precompute/job/inputs';
import { type PrecomputeDefinition, precompute } from '@murmuration/serving/precompute/job/job';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { denseModel } from '../models.ts';
import { openWorld, type World } from '../world.ts';

let folder: string;
let world: World | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'murmuration-precomputed-'));
});
afterEach(async () => {
  await world?.close();
  world = undefined;
  await rm(folder, { recursive: true, force: true });
});

const records = [
  { id: 'a', x: [1, 1] },
  { id: 'a/b c?', x: [2, 1] },
];

async function open(more: Partial<PrecomputeDefinition> = {}, settings: object = {}): Promise<World> {
  const job = precompute({ name: 'sums', model: 'dense', inputs: rows(() => records), key: 'id', ...more });
  world = await openWorld(async models => models.put('dense', 1, await denseModel(2, 1)), settings, {
    precompute: { jobs: [job], into: join(folder, 'rows.db') },
  });
  return world;
}

const list = async ({ ask }: World) => (await (await ask('GET', '/v1/precomputed')).json()).jobs[0];
/** Starts a run with the token of somebody who may, and waits for its end. */
async function run(opened: World, headers: Record<string, string>): Promise<void> {
  const started = await opened.ask('POST', '/v1/precomputed/sums/run', undefined, headers);
  expect(started.status).toBe(202);
  expect(await started.json()).toEqual({ job: 'sums', started: true });
  await expect
    .poll(
      async () =>
        (await (await opened.ask('GET', '/v1/precomputed/sums', undefined, headers)).json()).last_run,
    )
    .not.toBeNull();
}

function token(...rights: Right[]) {
  return tokenFor(null, ...rights);
}
function tokenFor(models: string[] | null, ...rights: Right[]) {
  const { text, id, sha256 } = mintInferenceToken(systemRandom, native);
  return {
    entry: { id, name: rights.join(), rights, models, sha256 },
    headers: { authorization: `Bearer ${text}` },
  };
}

const manager = token('predict', 'manage');
const reader = token('predict');
const tokens = { tokens: [manager.entry, reader.entry] };

describe('precomputed rows over HTTP', () => {
  it('have an ETag, by which whoever has them gets nothing again, and an Age', async () => {
    const opened = await open({}, tokens);
    await run(opened, manager.headers);
    const found = await opened.ask('GET', '/v1/precomputed/sums/a', undefined, reader.headers);
    expect(found.status).toBe(200);
    expect(await found.json()).toEqual({
      job: 'sums',
      key: 'a',
      prediction: [0.125],
      model_version: '1',
      computed_at: expect.stringMatching(/^\d{4}-.*Z$/),
      valid_until: null,
      stale: false,
    });
    expect(Number(found.headers.get('age'))).toBeLessThan(600);
    expect(found.headers.get('murmuration-stale')).toBeNull();
    const etag = found.headers.get('etag') ?? '';
    for (const condition of [etag, `"other", W/${etag}`, '*']) {
      const again = await opened.ask('GET', '/v1/precomputed/sums/a', undefined, {
        ...reader.headers,
        'if-none-match': condition,
      });
      expect(again.status).toBe(304);
      expect(await again.text()).toBe('');
      expect(again.headers.get('etag')).toBe(etag);
    }
    const other = { ...reader.headers, 'if-none-match': '"other"' };
    expect((await opened.ask('GET', '/v1/precomputed/sums/a', undefined, other)).status).toBe(200);
  });

  it('are found by any key, and are not there by any other', async () => {
    const opened = await open({}, tokens);
    const get = async (path: string) => {
      const response = await opened.ask('GET', `/v1/precomputed/${path}`, undefined, reader.headers);
      return { status: response.status, body: await response.json() };
    };
    expect(await get('sums/a')).toMatchObject({
      status: 503,
      body: { error: expect.stringMatching(/no rows yet/) },
    });
    await run(opened, manager.headers);
    expect(await get(`sums/${encodeURIComponent('a/b c?')}`)).toMatchObject({
      status: 200,
      body: { key: 'a/b c?' },
    });
    expect(await get(`sums/${'k'.repeat(400)}`)).toMatchObject({ status: 404 });
    expect(await get("sums/a'%20or%20'1'='1")).toMatchObject({ status: 404 });
    expect(await get('sums/a%00')).toMatchObject({ status: 404 });
    expect(await get('sums/')).toMatchObject({ status: 404 });
    expect(await get('sums/%zz')).toMatchObject({ status: 400 });
    expect(await get('nothing/a')).toMatchObject({
      status: 404,
      body: { error: expect.stringMatching(/There is: sums/) },
    });
    expect(opened.faults).toEqual([]);
  });

  it('say that they are stale, in a header and in the body', async () => {
    const opened = await open({ validFor: 0 }, tokens);
    await run(opened, manager.headers);
    const found = await opened.ask('GET', '/v1/precomputed/sums/a', undefined, reader.headers);
    expect(found.headers.get('murmuration-stale')).toBe('true');
    expect(await found.json()).toMatchObject({ stale: true });
  });

  it('need the right to predict, and runs the one to manage', async () => {
    const opened = await open({}, tokens);
    const status = async (method: string, path: string, headers: Record<string, string>) =>
      (await opened.ask(method, path, undefined, headers)).status;
    for (const path of ['/v1/precomputed', '/v1/precomputed/sums', '/v1/precomputed/sums/a'])
      expect(await status('GET', path, {})).toBe(401);
    expect(await status('POST', '/v1/precomputed/sums/run', {})).toBe(401);
    expect(await status('POST', '/v1/precomputed/sums/run', reader.headers)).toBe(403);
    expect(await status('POST', '/v1/precomputed/nothing/run', manager.headers)).toBe(404);
  });

  it('are for those whose token is for the model of the job', async () => {
    const [own, other] = [['dense', 'other'], ['other']].map(models =>
      tokenFor(models, 'predict', 'manage'),
    ) as [ReturnType<typeof token>, ReturnType<typeof token>];
    const opened = await open({ model: 'dense@1' }, { tokens: [own.entry, other.entry] });
    await run(opened, own.headers);
    const status = async (method: string, path: string, { headers }: typeof own) =>
      (await opened.ask(method, `/v1/precomputed${path}`, undefined, headers)).status;
    for (const [method, path, code] of [
      ['GET', '/sums', 200],
      ['GET', '/sums/a', 200],
      ['GET', '/sums/nobody', 404],
      ['POST', '/sums/run', 202],
    ] as const)
      expect([path, await status(method, path, own), await status(method, path, other)]).toEqual([
        path,
        code,
        403,
      ]);
    const jobs = async ({ headers }: typeof own) =>
      (await (await opened.ask('GET', '/v1/precomputed', undefined, headers)).json()).jobs.length;
    expect([await jobs(own), await jobs(other)]).toEqual([1, 0]);
  });

  it('can be read without a token on this machine alone, and never run', async () => {
    const opened = await open();
    expect(await list(opened)).toMatchObject({ name: 'sums', rows: 0, last_run: null, running: false });
    expect((await opened.ask('POST', '/v1/precomputed/sums/run')).status).toBe(401);
    const page = await opened.ask('GET', '/v1/precomputed', undefined, {
      origin: 'https://elsewhere.example',
    });
    expect(page.status).toBe(401);
  });

  it('are listed with how their last run went', async () => {
    const wrong = { id: 'b', x: ['one', 1] };
    const opened = await open(
      { inputs: rows(() => [...records, wrong]), every: { cron: '0 3 * * *' } },
      tokens,
    );
    await expect
      .poll(async () => {
        const { jobs } = await (await opened.ask('GET', '/v1/precomputed', undefined, reader.headers)).json();
        return jobs[0].last_run;
      })
      .not.toBeNull();
    await expect
      .poll(async () => {
        const { jobs } = await (await opened.ask('GET', '/v1/precomputed', undefined, reader.headers)).json();
        return jobs;
      })
      .toEqual([
        {
          name: 'sums',
          model: 'dense',
          every: { cron: '0 3 * * *', timezone: 'UTC' },
          on_promotion: false,
          valid_for_ms: null,
          stale: 'serve',
          rows: 2,
          model_version: '1',
          running: false,
          under_way: null,
          last_run: {
            read: 3,
            computed: 2,
            reused: 0,
            failed: 1,
            error: null,
            model_version: '1',
            began_at: expect.any(String),
            ended_at: expect.any(String),
            duration_ms: expect.any(Number),
            failures: [{ line: 3, key: 'b', reason: '"x" holds "one", which the model does not take.' }],
          },
          next_run: expect.stringMatching(/T03:00:00.000Z$/),
        },
      ]);
    const metrics = await (await opened.ask('GET', '/metrics', undefined, reader.headers)).text();
    expect(metrics).toContain('murmuration_precompute_rows_total{job="sums",result="computed"} 2');
    expect(metrics).toContain('murmuration_precompute_rows_total{job="sums",result="failed"} 1');
    expect(metrics).toContain('murmuration_precompute_table_rows{job="sums"} 2');
  });

  it('refuse a second run, and bodies that mean nothing', async () => {
    let release = () => {};
    const gate = new Promise<void>(resolve => {
      release = resolve;
    });
    const give = async function* () {
      yield* records;
      await gate;
    };
    const opened = await open({ inputs: rows(give) }, tokens);
    const start = async (body?: string) =>
      (await opened.ask('POST', '/v1/precomputed/sums/run', body, manager.headers)).status;
    expect(await start('{"all": 1}')).toBe(400);
    expect(await start('{"everything": true}')).toBe(400);
    expect(await start('nonsense')).toBe(400);
    expect(await start('{"all": true}')).toBe(202);
    expect(await start()).toBe(409);
    release();
  });
});
