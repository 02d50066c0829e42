import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { loadConfig, parseConfig } from '@murmuration/coordinator/assembly/config';
import { alertsSchema } from '@murmuration/coordinator/telemetry/alerts/settings';
import type { MurmurationError } from '@murmuration/protocol/errors/errors';
import { limitsSchema } from '@murmuration/rounds/limits/limits';
import { inferenceSchema } from '@murmuration/serving/assembly/settings';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const token = 'a token that is long enough';
const least = { enrolmentTokens: [token] };

describe('a configuration', () => {
  it.each([[{ storage: './state' }], [{ enrolmentVerifier: './attestation.js' }], [{ openEnrolment: true }]])(
    'needs no tokens where devices enrol in another way: %j',
    input => {
      expect(parseConfig(input)).toMatchObject({ ...input, enrolmentTokens: [] });
    },
  );

  it('takes operator tokens by their digests', () => {
    const operator = { id: 'A'.repeat(16), name: 'CI', role: 'viewer', sha256: 'ab'.repeat(32) };
    expect(parseConfig({ ...least, operatorTokens: [operator] }).operatorTokens).toEqual([operator]);
    for (const wrong of [{ role: 'root' }, { sha256: 'mmo_' }, { id: 'A' }, { token: 'x' }])
      expect(() => parseConfig({ ...least, operatorTokens: [{ ...operator, ...wrong }] })).toThrow(
        expect.objectContaining({
          code: 'config.invalid',
          detail: expect.stringContaining('operatorTokens.0'),
        }),
      );
    // Somebody has put the token itself there.
    const text = `mmo_${'x'.repeat(59)}`;
    expect(() => parseConfig({ ...least, operatorTokens: [{ ...operator, sha256: text }] })).toThrow(
      expect.objectContaining({ detail: expect.not.stringContaining(text) }),
    );
  });

  it('takes pages by paths that no route has, and repeats nothing of their documents', () => {
    const app = { folder: './page', documents: { 'setup.json': { enrolment: token } } };
    expect(parseConfig({ ...least, apps: { '/keyboard/': app } }).apps).toEqual({ '/keyboard/': app });
    for (const path of ['/', 'keyboard/', '/keyboard', '/v1/', '/v1/tasks/', '/health/live/', '/../'])
      expect(() => parseConfig({ ...least, apps: { [path]: app } })).toThrow(
        expect.objectContaining({ code: 'config.invalid', detail: expect.stringContaining('apps') }),
      );
    const misplaced = { folder: './page', documents: { '../setup.json': token } };
    expect(() => parseConfig({ ...least, apps: { '/keyboard/': misplaced } })).toThrow(
      expect.objectContaining({ detail: expect.not.stringContaining(token) }),
    );
  });

  it('has a coordinator wait for databases only, and repeats no password', async () => {
    const storage = 'postgres://murmuration:hush-hush@db.example.org/murmuration';
    expect(parseConfig({ ...least, storage, standby: true })).toMatchObject({ storage, standby: true });
    for (const folder of [{}, { storage: './state' }])
      expect(() => parseConfig({ ...least, ...folder, standby: true })).toThrow(
        expect.objectContaining({ code: 'config.invalid', detail: expect.stringContaining('standby') }),
      );
    expect(() => parseConfig({ ...least, storage: [storage], standby: 1 })).toThrow(
      expect.objectContaining({ detail: expect.not.stringContaining('hush') }),
    );
    const env = { MURMURATION_STORAGE: storage, MURMURATION_ENROLMENT_TOKENS: token };
    expect(await loadConfig(undefined, { ...env, MURMURATION_STANDBY: 'true' })).toMatchObject({
      standby: true,
    });
    expect(await loadConfig(undefined, { ...env, MURMURATION_STANDBY: 'false' })).toMatchObject({
      standby: false,
    });
    await expect(loadConfig(undefined, { ...env, MURMURATION_STANDBY: 'toString' })).rejects.toMatchObject({
      code: 'config.invalid',
    });
  });

  it('bounds the connections to a database, and has none to a folder', async () => {
    const storage = 'postgres://murmuration@db.example.org/murmuration';
    const env = { MURMURATION_STORAGE: storage, MURMURATION_DATABASE_CONNECTIONS: '5' };
    expect((await loadConfig(undefined, env)).databaseConnections).toBe(5);
    for (const wrong of [
      { storage, databaseConnections: 0 },
      { storage, databaseConnections: 1.5 },
      { storage: './state', databaseConnections: 5 },
    ])
      expect(() => parseConfig({ ...least, ...wrong })).toThrow(
        expect.objectContaining({
          code: 'config.invalid',
          detail: expect.stringContaining('databaseConnections'),
        }),
      );
  });

  it('takes a bucket for models beside PostgreSQL, with credentials where every program has them', async () => {
    const s3 = { endpoint: 'https://s3.example.org', bucket: 'models', region: 'eu-central-1' };
    const storage = 'postgres://ada:hush@db/state';
    const credentials = { accessKeyId: 'an id', secretAccessKey: 'hush' };
    expect(parseConfig({ ...least, storage, s3: { ...s3, ...credentials } }).s3).toEqual({
      ...s3,
      ...credentials,
      downloads: 'coordinator',
      prefix: '',
    });
    for (const input of [
      { ...least, s3: { ...s3, ...credentials } },
      { ...least, storage: '/state', s3: { ...s3, ...credentials } },
      { ...least, storage, s3 },
      { ...least, storage, s3: { ...s3, accessKeyId: 1, secretAccessKey: ['hush'] } },
    ])
      expect(() => parseConfig(input)).toThrow(
        expect.objectContaining({
          code: 'config.invalid',
          detail: expect.not.stringContaining('hush'),
        }),
      );
    const own = await mkdtemp(join(tmpdir(), 'murmuration-config-'));
    const file = join(own, 'murmuration.json');
    await writeFile(file, JSON.stringify({ ...least, storage, s3 }));
    const env = { AWS_ACCESS_KEY_ID: 'an id', AWS_SECRET_ACCESS_KEY: 'hush', AWS_SESSION_TOKEN: '' };
    expect((await loadConfig(file, env)).s3).toEqual({
      ...s3,
      ...credentials,
      downloads: 'coordinator',
      prefix: '',
    });
    await expect(loadConfig(file, {})).rejects.toMatchObject({
      detail: expect.stringContaining('s3.accessKeyId'),
    });
    await rm(own, { recursive: true });
  });

  it('is complete with its tokens alone', () => {
    expect(parseConfig(least)).toEqual({
      host: '127.0.0.1',
      port: 8_800,
      log: 'info',
      reading: 'anybody',
      cors: [],
      development: false,
      role: 'all',
      standby: false,
      trustedProxies: [],
      limits: limitsSchema.parse({}),
      apps: {},
      retention: { versions: null, roundsFor: null },
      alerts: alertsSchema.parse(undefined),
      inference: inferenceSchema.parse(undefined),
      tracking: { mlflow: null, openLineage: null },
      enrolmentTokens: [token],
      openEnrolment: false,
      operatorTokens: [],
    });
  });

  it('has the limits that it always had', () => {
    expect(limitsSchema.parse(undefined)).toEqual({
      connections: 20_000,
      connectionsPerAddress: 2_000,
      strangers: 2_000,
      strangersPerAddress: 1_000,
      polled: 20_000,
      polledPerAddress: 2_000,
      handshake: 15_000,
      inFlight: 16,
      messages: { burst: 64, perSecond: 16 },
      messagesPerAddress: { burst: 20_000, perSecond: 4_000 },
      dashboards: 200,
      dashboardsPerAddress: 100,
      requestsPerAddress: { burst: 10_000, perSecond: 2_000 },
      enrolmentsPerAddress: { burst: 2_000, perSecond: 50 },
      uploads: 256,
      uploadBytes: 256 << 20,
      predictions: 64,
      predictionsPerDevice: { burst: 16, perSecond: 4 },
      slowest: 2_048,
      patience: 10_000,
      outgoing: 4 << 20,
    });
  });

  it('takes limits one by one, and the rest stays as it is, or follows', () => {
    const { limits } = parseConfig({
      ...least,
      limits: { connections: 45, requestsPerAddress: 0.1, uploadBytes: 3_000_000 },
    });
    expect(limits).toEqual({
      ...limitsSchema.parse({}),
      connections: 45,
      polled: 45,
      strangers: 5,
      requestsPerAddress: { burst: 1, perSecond: 0.1 },
      messagesPerAddress: { burst: 1, perSecond: 0.2 },
      uploads: 3,
      uploadBytes: 3_000_000,
    });
  });

  it.each([
    [{ ...least, host: '' }, 'host: ', 'expected text of at least 1 character; found ""'],
    [{ ...least, port: 65_536 }, 'port: ', 'expected a whole number from 0 to 65535; found 65536'],
    [{ ...least, port: -1 }, 'port: ', 'expected a whole number from 0 to 65535; found -1'],
    [{ ...least, port: 1.5 }, 'port: ', 'a whole number'],
    [{ ...least, port: '80' }, 'port: ', 'number'],
    [{ ...least, healthPort: 0 }, 'healthPort: ', 'from 1 to 65535; found 0'],
    [{ ...least, healthPort: 8_800 }, 'healthPort: ', 'another port than that of the coordinator'],
    [
      { ...least, log: 'loud' },
      'log: ',
      'one of "trace", "debug", "info", "warn", "error" or "silent"; found "loud"',
    ],
    [{ ...least, cors: ['*'] }, 'cors.0: ', 'an origin such as "https://app.example.org"; found "*"'],
    [{ ...least, cors: ['https://a.example/'] }, 'cors.0: ', 'an origin'],
    [{ ...least, cors: 'https://a.example' }, 'cors: ', 'expected a list'],
    [{ ...least, trustedProxies: ['the one'] }, 'trustedProxies.0: ', 'an address or a range'],
    [{ ...least, limits: { uploadBytes: 0 } }, 'limits.uploadBytes: ', 'expected a whole number from 1 to'],
    [{ ...least, limits: { uplods: 1 } }, 'limits.uplods: ', 'no such field'],
    [
      { ...least, limits: { requestsPerAddress: 0 } },
      'limits.requestsPerAddress: ',
      'expected a number above 0',
    ],
    [{ ...least, storage: '' }, 'storage: ', 'expected text of at least 1 character'],
    [{ ...least, retention: { versions: 0 } }, 'retention.versions: ', 'expected a whole number'],
    [{ ...least, publicUrl: 'ftp://learn.example.org' }, 'publicUrl: ', 'an origin such as'],
    [{ ...least, publicUrl: 'https://learn.example.org/x' }, 'publicUrl: ', 'an origin such as'],
    [
      { ...least, alerts: { roundsFailing: 0 } },
      'alerts.roundsFailing: ',
      'expected a whole number from 1 to 50; found 0',
    ],
    [{ ...least, alerts: { noEligibleDevices: '5 s' } }, 'alerts.noEligibleDevices: ', 'a minute at least'],
    [{ ...least, alerts: { figuresFell: [{ figure: 'top3' }] } }, 'alerts.figuresFell.0.margin: ', 'number'],
    [
      { ...least, alerts: { figuresFell: [1, 2].map(margin => ({ figure: 'top3', margin })) } },
      'alerts.figuresFell: ',
      'each figure once',
    ],
    [{ ...least, retention: { roundsFor: '3 weeks' } }, 'retention.roundsFor: ', 'a time such as "30 s"'],
    [
      { ...least, tracking: { mlflow: { url: 'https://a:b@mlflow.example.org' } } },
      'tracking.mlflow.url: ',
      'without user and password',
    ],
    [
      { ...least, tracking: { mlflow: { url: 'ftp://x' } } },
      'tracking.mlflow.url: ',
      'expected a URL such as',
    ],
    [{ ...least, tracking: { mlflow: { url: 'mlflow' } } }, 'tracking.mlflow.url: ', 'URL'],
    [
      { ...least, tracking: { mlflow: { url: 'http://mlflow', prefix: 'phones/' } } },
      'tracking.mlflow.prefix: ',
      'MLflow takes no model whose name has / or :',
    ],
    [{ ...least, tracking: { openLineage: {} } }, 'tracking.openLineage.url: ', 'it is missing'],
    [{ ...least, tracking: { openLineage: { url: 'lineage' } } }, 'tracking.openLineage.url: ', 'URL'],
    [
      { ...least, tracking: { openLineage: { url: 'https://a:b@lineage.example.org' } } },
      'tracking.openLineage.url: ',
      'without user and password',
    ],
    [
      { ...least, tracking: { openLineage: { url: 'https://lineage.example.org/api/v1/lineage/' } } },
      'tracking.openLineage.url: ',
      'without query, fragment and /api/v1/lineage',
    ],
    [
      { ...least, tracking: { openLineage: { url: 'https://x.example', namespace: 'a b' } } },
      'tracking.openLineage.namespace: ',
      'a b',
    ],
    [{}, 'enrolmentTokens: ', 'expected an array of tokens'],
    [{ enrolmentTokens: [] }, 'enrolmentTokens: ', 'expected a list of at least 1 item'],
    [{ ...least, prot: 80 }, 'prot: ', 'no such field'],
    [[], 'The configuration: ', 'object'],
    [null, 'The configuration: ', 'object'],
  ])('%j: names the field and what it may be', (input, field, expected) => {
    expect(() => parseConfig(input)).toThrow(
      expect.objectContaining({ code: 'config.invalid', detail: expect.stringContaining(field) }),
    );
    expect(() => parseConfig(input)).toThrow(expected);
  });

  it('says that there is none, where neither a file nor a variable gives one', async () => {
    const detail = expect.stringMatching(/^There is no configuration: name a file \(--config FILE\)/);
    await expect(loadConfig(undefined, {})).rejects.toMatchObject({ code: 'config.invalid', detail });
    const port = { MURMURATION_PORT: '8801' };
    const enrolment = expect.stringContaining('enrolmentTokens');
    await expect(loadConfig(undefined, port)).rejects.toMatchObject({ detail: enrolment });
  });

  it('repeats neither the address nor the secret of a webhook that is wrong', () => {
    const webhooks = [{ url: 'https://me:sesame@hooks.example.org', secret: 'open sesame' }];
    try {
      parseConfig({ ...least, alerts: { roundsFailing: 0, webhooks } });
      expect.unreachable();
    } catch (error) {
      const { detail } = error as MurmurationError;
      expect(detail.split('\n')).toEqual([
        expect.stringContaining('alerts.roundsFailing: expected a whole number from 1 to 50; found 0.'),
        expect.stringContaining('alerts.webhooks.0.url: expected an http or https address'),
        expect.stringContaining(
          'alerts.webhooks.0.secret: expected "whsec_" and 24 to 64 random bytes in base64.',
        ),
      ]);
      expect(detail).not.toContain('sesame');
    }
  });

  it('names every field that is wrong, a line for each', () => {
    try {
      parseConfig({ port: -1, log: 'loud', x: 1 });
      expect.unreachable();
    } catch (error) {
      const lines = (error as { detail: string }).detail.split('\n');
      expect(lines).toHaveLength(4);
      for (const line of lines)
        expect(line).toMatch(/^The configuration: (port|log|x|enrolmentTokens): .*\.$/);
    }
  });

  it('repeats no token', () => {
    const secret = 'too-short-secret'.slice(1);
    expect(() => parseConfig({ enrolmentTokens: [token, secret] })).toThrow(
      expect.objectContaining({
        detail: 'The configuration: enrolmentTokens.1: expected a token of at least 16 characters.',
      }),
    );
    expect(() => parseConfig({ enrolmentTokens: secret })).toThrow(
      expect.objectContaining({ detail: expect.not.stringContaining(secret) }),
    );
    for (const server of ['mlflow', 'openLineage'] as const) {
      const of = (given: unknown) => ({
        ...least,
        tracking: { [server]: { url: 'https://x.example', token: given } },
      });
      expect(() => parseConfig(of([secret]))).toThrow(
        expect.objectContaining({ detail: expect.not.stringContaining(secret) }),
      );
      const { tracking } = parseConfig(of(secret));
      expect(JSON.stringify(tracking) + inspect(tracking, { depth: 9 })).not.toContain(secret);
      expect(tracking[server]?.token?.reveal()).toBe(secret);
    }
  });
});

describe('a configuration file', () => {
  let folder: string;
  const file = async (text: string) => {
    const path = join(folder, 'config.json');
    await writeFile(path, text);
    return path;
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'murmuration-config-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('is read, and the environment goes before it', async () => {
    const path = await file(JSON.stringify({ port: 1, host: '0.0.0.0', ...least }));
    expect(await loadConfig(path, {})).toMatchObject({ port: 1, host: '0.0.0.0' });
    const env = {
      MURMURATION_PORT: '2',
      MURMURATION_HOST: '',
      MURMURATION_LOG: 'debug',
      MURMURATION_CORS: 'https://a.example, https://b.example:8443',
      MURMURATION_ENROLMENT_TOKENS: 'token number one of two,token number two of two',
      PORT: '3',
    };
    expect(await loadConfig(path, env)).toMatchObject({
      port: 2,
      host: '0.0.0.0',
      log: 'debug',
      cors: ['https://a.example', 'https://b.example:8443'],
      enrolmentTokens: ['token number one of two', 'token number two of two'],
    });
  });

  it('is not needed', async () => {
    expect(await loadConfig(undefined, { MURMURATION_ENROLMENT_TOKENS: token })).toMatchObject(least);
  });

  it.each([' ', '80a', '0x50', '-1', '1e3', '80.5'])('takes no port %j from the environment', async port => {
    const env = { MURMURATION_PORT: port, MURMURATION_ENROLMENT_TOKENS: token };
    await expect(loadConfig(undefined, env)).rejects.toMatchObject({
      detail: expect.stringContaining(`port: expected a whole number from 0 to 65535; found "${port}"`),
    });
  });

  it.each([
    ['{', /is not valid JSON/],
    ['', /is not valid JSON/],
    ['null', /holds no JSON object/],
    ['[]', /holds no JSON object/],
    ['"text"', /holds no JSON object/],
  ])('that holds %j is refused by name', async (text, reason) => {
    const path = await file(text);
    const loading = loadConfig(path, { MURMURATION_PORT: '1' });
    await expect(loading).rejects.toMatchObject({ code: 'config.invalid' });
    await expect(loading).rejects.toThrow(reason);
    await expect(loading).rejects.toThrow(path);
  });

  it('that can not be read is refused by name', async () => {
    for (const path of [join(folder, 'none.json'), folder])
      await expect(loadConfig(path, {})).rejects.toMatchObject({
        code: 'config.invalid',
        detail: expect.stringContaining(`${path} can't be read`),
      });
  });
});
