import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { examine } from '@murmuration/cli/doctor/examine';
import { checkDashboard } from '@murmuration/cli/doctor/folders';
import { checkNode, oldestNode } from '@murmuration/cli/doctor/machine';
import { run } from '@murmuration/cli/run';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { Operators } from '@murmuration/rounds/operators/operators';
import { openOperators } from '@murmuration/storage/operators';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { MlflowServer } from '../../lifecycle/tracking/mlflow-server.ts';
import { patientIn } from './doctor.ts';

let folder: string;
/** A certificate of 20 days, and its key. */
let certificate: string;
let key: string;
const day = 86_400_000;

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { stdio: 'ignore' });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'murmuration-doctor-'));
  certificate = join(folder, 'certificate.pem');
  key = join(folder, 'key.pem');
  openssl(
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '20'],
    ...['-subj', '/CN=test', '-keyout', key, '-out', certificate],
  );
});
afterAll(() => rm(folder, { recursive: true }));

const { findings, found } = patientIn(() => folder);

async function file(name: string, text: string): Promise<string> {
  await writeFile(join(folder, name), text);
  return join(folder, name);
}

const tls = (change: object = {}) => ({ tls: { certificate, key, ...change } });

describe('doctor', () => {
  it('finds no fault in what is right', async () => {
    const all = await findings({ modules: ['test/e2e/line-task.ts'], config: tls() });
    expect(all.filter(({ state }) => state === 'fault')).toEqual([]);
    expect(all.map(({ check }) => check)).toEqual([
      ...[
        'node',
        'clock',
        'configuration',
        'port',
        'tls',
        'storage',
        'disk',
        'operators',
        'inference',
        'dashboard',
        'alerts',
        'engine',
        'task',
      ],
    ]);
  });

  it.each([
    ['0 where it only warns', {}, 0],
    ['1 where there is a fault', { tls: { certificate: '/nowhere', key: '/nowhere' } }, 1],
  ])('exits with %s', async (_, change, code) => {
    // Without a storage, which is a warning.
    const config = { port: 0, openEnrolment: true, ...change };
    const given = await file('exit.json', JSON.stringify(config));
    const said: string[] = [];
    const write = vi.spyOn(process.stdout, 'write').mockImplementation(text => said.push(String(text)) > 0);
    const before = process.exitCode;
    try {
      await run(['doctor', '--json', '--config', given]);
      const { faults, warnings } = JSON.parse(said.join(''));
      expect([faults > 0, warnings > 0, process.exitCode]).toEqual([code === 1, true, code]);
    } finally {
      process.exitCode = before;
      write.mockRestore();
    }
  });

  it('asks for the Node that the packages ask for', async () => {
    const root = new URL('../../../../../', import.meta.url);
    const manifest = JSON.parse(await readFile(new URL('package.json', root), 'utf8'));
    expect(`>=${oldestNode.replace(/\.0$/, '')}`).toBe(manifest.engines.node);
    expect(checkNode('20.18.9').state).toBe('fault');
    expect(checkNode('18.20.0').mend).toMatch(/Install Node/);
    for (const version of ['20.19.0', '22.3.0', '24.0.0']) expect(checkNode(version).state).toBe('ok');
  });

  it('names each field of a configuration that is wrong', async () => {
    const all = await findings({ config: { port: 99_999, hosst: 'x' } });
    const wrong = all.filter(({ check }) => check === 'configuration');
    expect(wrong.map(({ says }) => says)).toEqual([
      expect.stringMatching(/port: .*99999/),
      expect.stringMatching(/hosst: there is no such field/),
    ]);
    for (const { state, mend } of wrong)
      expect([state, mend]).toEqual(['fault', expect.stringMatching(/murmuration\.json/)]);
    // What needs no configuration is looked at all the same.
    expect(all.map(({ check }) => check)).toContain('engine');
  });

  it('names a configuration that is no JSON', async () => {
    const broken = await file('broken.json', '{');
    const all = await examine({ modules: [], file: broken, env: {}, url: undefined }, systemClock);
    expect(all.find(({ check }) => check === 'configuration')).toMatchObject({
      state: 'fault',
      says: expect.stringMatching(/broken\.json is not valid JSON/),
    });
  });

  it('names an address of another machine', async () => {
    expect(await found('port', { config: { host: '192.0.2.1' } })).toMatchObject({
      state: 'fault',
      says: expect.stringMatching(/192\.0\.2\.1 is not an address/),
      mend: expect.stringMatching(/"host"/),
    });
  });

  it('names a port that another program has, and a coordinator that runs already', async () => {
    let status = 404;
    const server = createServer((_, response) => response.writeHead(status).end()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const config = { port: (server.address() as AddressInfo).port };
      expect(await found('port', { config })).toMatchObject({
        state: 'fault',
        says: expect.stringMatching(/taken by another program/),
      });
      status = 200;
      expect(await found('port', { config })).toMatchObject({
        state: 'warning',
        says: expect.stringMatching(/A coordinator listens/),
      });
    } finally {
      server.close();
    }
  });

  it('compares the clock with that of a coordinator', async () => {
    const server = createServer((_, response) => response.end('{}')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    try {
      const off = (ms: number) => ({ url, clock: new VirtualClock(systemClock.now() + ms) });
      expect((await found('clock', off(0))).state).toBe('ok');
      expect((await found('clock', off(30_000))).state).toBe('warning');
      expect(await found('clock', off(-3_600_000))).toMatchObject({
        state: 'fault',
        says: expect.stringMatching(/3[56]\d\d s apart/),
        mend: expect.stringMatching(/time service/),
      });
    } finally {
      server.close();
    }
    expect((await found('clock', { url: new URL('http://127.0.0.1:1') })).says).toMatch(/does not answer/);
    expect((await found('clock', { clock: new VirtualClock(0) })).says).toMatch(/1970.*can't be/);
  });

  it('says where the dashboard is not built', async () => {
    const built = join(folder, 'dashboard');
    await mkdir(built);
    expect(await checkDashboard(built)).toMatchObject({
      state: 'warning',
      says: expect.stringContaining(join(built, 'index.html')),
      mend: expect.stringMatching(/npm run build/),
    });
    await writeFile(join(built, 'index.html'), '');
    expect(await checkDashboard(built)).toMatchObject({ state: 'ok' });
  });

  it('names pages that are not built', async () => {
    const built = join(folder, 'page');
    await mkdir(built);
    const config = { apps: { '/page/': { folder: built } } };
    expect(await found('apps', { config })).toMatchObject({
      state: 'fault',
      says: expect.stringMatching(/no index\.html/),
      mend: expect.stringMatching(/Build the page/),
    });
    await writeFile(join(built, 'index.html'), '');
    expect((await found('apps', { config })).state).toBe('ok');
    const nowhere = { apps: { '/page/': { folder: join(folder, 'none') } } };
    expect((await found('apps', { config: nowhere })).says).toMatch(/no folder .*none/);
  });

  it('names certificates that are missing, of another key, or over', async () => {
    const other = join(folder, 'other.pem');
    openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', other);
    const at = (days: number) => new VirtualClock(systemClock.now() + days * day);
    const cases: [object, number, string, RegExp][] = [
      [tls({ key: join(folder, 'none.pem') }), 0, 'fault', /tls\.key can't be read/],
      [tls({ key: other }), 0, 'fault', /no PEM certificate with its key/],
      [tls({ certificate: other }), 0, 'fault', /no PEM certificate/],
      [tls(), 21, 'fault', /expired/],
      [tls(), -1, 'fault', /counts only from/],
      [tls(), 10, 'warning', /expires/],
      [tls(), 0, 'ok', /counts until/],
      [{ host: '0.0.0.0' }, 0, 'warning', /plain HTTP on 0\.0\.0\.0/],
    ];
    for (const [config, days, state, says] of cases)
      expect(await found('tls', { config, clock: at(days) })).toMatchObject({
        state,
        says: expect.stringMatching(says),
      });
  });

  it('wants an operator token where other machines reach the coordinator', async () => {
    const storage = join(folder, 'operated');
    const config = { host: '0.0.0.0', storage };
    expect(await found('operators', { config })).toMatchObject({
      state: 'fault',
      says: expect.stringMatching(/no valid operator token/),
      mend: expect.stringMatching(/tokens create/),
    });
    expect((await found('operators', { config: { storage } })).state).toBe('warning');
    const { tokens, audit, close } = await openOperators(storage);
    const secrets = { primitives: native, clock: systemClock, random: systemRandom };
    const operators = new Operators(tokens, audit, secrets);
    await operators.create({ name: 'Ada', role: 'admin', expiresAt: systemClock.now() + day });
    await close();
    expect((await found('operators', { config })).state).toBe('ok');
    const later = new VirtualClock(systemClock.now() + 2 * day);
    expect((await found('operators', { config, clock: later })).state).toBe('fault');
    expect(await found('operators', { config: { ...config, openEnrolment: true } })).toMatchObject({
      state: 'fault',
      says: expect.stringMatching(/openEnrolment/),
    });
  });

  it('names modules that do not load or define no right task', async () => {
    const twice = ['test/e2e/line-task.ts', 'test/e2e/line-task.ts'];
    expect((await found('task', { modules: twice })).says).toMatch(/as another task has/);
    const none = await file('none.mjs', 'export default 7;');
    expect((await found('task', { modules: [none] })).says).toMatch(/is not a task/);
    expect(await found('task', { modules: [join(folder, 'absent.mjs')] })).toMatchObject({
      state: 'fault',
      says: expect.stringMatching(/can't be loaded/),
      mend: expect.stringMatching(/absent\.mjs/),
    });
    expect((await found('verifier', { config: { enrolmentVerifier: none } })).says).toMatch(/not a function/);
  });

  it("holds a task's objective against its model", async () => {
    const module = (name: string, inputShape: readonly number[], units: number, features: string) =>
      file(
        `${name}.mjs`,
        `import { defineTask } from '@murmuration/coordinator';
        import { classifier } from '@murmuration/engine';
        import * as tf from '@murmuration/engine/tf';
        export default defineTask({
          name: '${name}',
          model: () => tf.sequential({ layers: [
            tf.layers.flatten({ inputShape: ${JSON.stringify(inputShape)} }), tf.layers.dense({ units: ${units} }),
          ] }),
          plan: { learningRate: 0.1 }, update: { clip: 1 }, cohort: { goal: 100, minimum: 50 }, schedule: { every: '1 h' },
        });
        export const objective = classifier({ classes: 2, features: ({ pixels }) => pixels, label: () => 1 });
        export const examples = () => [{ pixels: ${features} }];`,
      );
    const says = async (...of: Parameters<typeof module>) => {
      const all = await findings({ modules: [await module(...of)] });
      return all.filter(({ check, state }) => check === 'task' && state === 'fault').map(({ says }) => says);
    };
    expect(await says('fits', [2, 2, 1], 2, '[[1, 0], [0, 1]]')).toEqual([]);
    expect(await says('larger', [3, 2, 1], 2, '[[1, 0], [0, 1]]')).toEqual([
      expect.stringMatching(/takes 6 features \(\[3,2,1\]\), not 4; .* \[batch, 4\].* \[batch, 3, 2, 1\]/),
    ]);
    expect(await says('classes', [2, 2, 1], 3, '[1, 0, 0, 1]')).toEqual([
      expect.stringMatching(/of 2 classes, and its model has 3 outputs/),
    ]);
    expect(await says('texts', [2, 2, 1], 2, "'dark'")).toEqual([
      expect.stringMatching(/Example 0 can't be used: "features" gave string/),
    ]);
  });

  it('says where notices of alerts go, whether they can be read on the way, and where they link to', async () => {
    const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
    const check = (url: string, publicUrl?: string) =>
      found('alerts', { config: { publicUrl, alerts: { webhooks: [{ url, secret }] } } });
    expect(await found('alerts', {})).toMatchObject({
      state: 'ok',
      says: expect.stringContaining('no webhook'),
    });
    const here = 'https://learn.example.org';
    expect(await check('http://hooks.example.org/?key=sesame', here)).toMatchObject({
      state: 'warning',
      says: 'Notices to hooks.example.org go over plain HTTP, which others can read on the way.',
    });
    expect(await check('http://127.0.0.1:9/', here)).toMatchObject({ state: 'ok' });
    expect(await check('https://hooks.example.org/')).toMatchObject({
      state: 'warning',
      mend: expect.stringContaining('publicUrl'),
    });
    expect(
      await found('configuration', { config: { alerts: { webhooks: [{ url: 'hooks', secret }] } } }),
    ).toMatchObject({
      state: 'fault',
      says: expect.stringContaining('alerts.webhooks.0.url: expected an http or https address'),
    });
  });

  it('asks MLflow whether it lets this coordinator in', async () => {
    const server = await MlflowServer.open('a token');
    const patient = (token: string, url = server.url) => ({
      config: { tracking: { mlflow: { url, token } } },
    });
    expect(await found('tracking', patient('a token'))).toMatchObject({ state: 'ok' });
    expect(await found('tracking', patient('another'))).toMatchObject({
      state: 'fault',
      says: 'Nothing can be told to MLflow: The MLflow server answered HTTP 401.',
    });
    expect(await found('tracking', patient('a token', `${server.url}/elsewhere`))).toMatchObject({
      state: 'fault',
      says: expect.stringContaining('is it MLflow?'),
    });
    expect(server.asked.filter(each => !each.endsWith('experiments/search'))).toEqual([]);
    await server.stop();
    expect(await found('tracking', patient('a token'))).toMatchObject({ state: 'fault' });
  });
});
