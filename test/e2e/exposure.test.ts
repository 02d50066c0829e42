import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import { hex } from '@murmuration/protocol/encoding/bytes';
import { socketPath } from '@murmuration/protocol/messages/channel';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import { mintToken } from '@murmuration/rounds/tokens/secret-token';
import { isLoopback } from '@murmuration/serving/access/loopback';
import { io } from 'socket.io-client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { enrolmentToken, eventOf, lineTask } from './line.ts';
import { PackedProcess } from './processes.ts';

const { proof } = mintToken('operator', systemRandom, native);
const operatorTokens = [{ id: proof.id, name: 'Ada', role: 'admin', sha256: hex(proof.digest) }];

let folder: string;
let certificate: string;
let key: string;
let coordinator: Coordinator | undefined;

/** A certificate for 127.0.0.1 that its own key has signed. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'murmuration-tls-'));
  certificate = join(folder, 'certificate.pem');
  key = join(folder, 'key.pem');
  await promisify(execFile)('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-subj', '/CN=murmuration test', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'],
    ...['-keyout', key, '-out', certificate],
  ]);
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(async () => {
  await coordinator?.stop();
  coordinator = undefined;
});

async function open(config: object, task = {}): Promise<Coordinator> {
  coordinator = await createCoordinator(
    parseConfig({ port: 0, log: 'silent', enrolmentTokens: [enrolmentToken], ...config }),
    [lineTask(task)],
  );
  return coordinator;
}

/** Why a coordinator with this configuration does not start. */
async function refusal(config: object): Promise<string> {
  try {
    await open(config);
  } catch (error) {
    expect(error).toMatchObject({ code: 'config.invalid' });
    return (error as { detail: string }).detail;
  }
  return 'none';
}

describe('a coordinator that can be reached from other machines', () => {
  it.each(['0.0.0.0', '::', '192.0.2.1', 'learn.example.org', '127.evil.example'])(
    'does not listen on %s without an operator token, and says how to make one',
    async host => {
      expect(await refusal({ host })).toMatch(
        /^The configuration: host: .*murmuration tokens create --role admin/,
      );
    },
  );

  it('does not start where anybody could enrol', async () => {
    expect(await refusal({ host: '0.0.0.0', operatorTokens, development: true })).toMatch(
      /with development devices give up/,
    );
    expect(await refusal({ host: '0.0.0.0', operatorTokens, openEnrolment: true })).toMatch(
      /openEnrolment anybody could enrol/,
    );
  });

  it('does not start with an operator token that has expired or was revoked', async () => {
    const { openStorage } = await import('@murmuration/storage/storage');
    const { systemClock } = await import('@murmuration/protocol/time/system-clock');
    const storage = await openStorage(undefined, systemClock);
    const token = {
      ...proof,
      name: 'Ada',
      role: 'admin',
      createdAt: 0,
      expiresAt: 1,
      revokedAt: null,
    } as const;
    await storage.operatorTokens.add(token);
    const config = parseConfig({
      host: '0.0.0.0',
      port: 0,
      log: 'silent',
      enrolmentTokens: [enrolmentToken],
    });
    const start = () =>
      createCoordinator(config, [lineTask()], { clock: systemClock, random: systemRandom, storage });
    await expect(start()).rejects.toMatchObject({ code: 'config.invalid' });
    await storage.operatorTokens.add({ ...token, id: 'B'.repeat(16), expiresAt: null });
    coordinator = await start();
  });

  it('listens elsewhere once it is protected', async () => {
    const { url } = await open({ host: '0.0.0.0', operatorTokens });
    expect((await fetch(`${url.replace('0.0.0.0', '127.0.0.1')}/health/live`)).status).toBe(200);
  });

  it('listens on the loopback address alone unless told otherwise', async () => {
    const { url } = await open({});
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:/);
    const others = Object.values(networkInterfaces())
      .flatMap(addresses => addresses ?? [])
      .filter(({ family, internal }) => family === 'IPv4' && !internal);
    for (const { address } of others)
      await expect(fetch(`${url.replace('127.0.0.1', address)}/health/live`)).rejects.toThrow();
  });

  it('knows which addresses are those of this machine alone', () => {
    for (const host of ['127.0.0.1', '127.1.2.3', '::1', 'localhost']) expect(isLoopback(host)).toBe(true);
    for (const host of ['0.0.0.0', '::', '10.0.0.1', '128.0.0.1', 'localhost.example', '::ffff:1.2.3.4'])
      expect(isLoopback(host)).toBe(false);
  });
});

describe('TLS', () => {
  const tls = () => ({ certificate, key });

  it('carries a round of the SDK: control over wss, models and updates over https', async () => {
    const { url, events } = await open(
      { tls: tls() },
      {
        cohort: { goal: 1, minimum: 1, overSelection: 1 },
        deadlines: { gathering: '1 min', updates: '1 min' },
      },
    );
    expect(url).toMatch(/^https:\/\/127\.0\.0\.1:/);
    const ended = eventOf<[RoundRecord]>(events, 'round-ended');
    await coordinator!.start();
    const device = new PackedProcess('test/e2e/device.ts', [url, folder], {
      NODE_EXTRA_CA_CERTS: certificate,
    });
    expect((await ended)[0]).toMatchObject({ outcome: 'published', tally: { accepted: 1 } });
    device.child.kill('SIGKILL');
  });

  it('is all that is spoken, and only to whoever trusts its certificate', async () => {
    const { url } = await open({ tls: tls() });
    await expect(fetch(`${url.replace('https', 'http')}/health/live`)).rejects.toThrow();
    await expect(fetch(`${url}/health/live`)).rejects.toThrow();
    const ca = await readFile(certificate);
    const answer = await new Promise<{ status?: number; headers: object }>((resolve, reject) => {
      request(`${url}/health/live`, { ca }, response => {
        response.resume();
        resolve({ status: response.statusCode!, headers: response.headers });
      })
        .on('error', reject)
        .end();
    });
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      'strict-transport-security': expect.stringMatching(/max-age=\d{7}/),
    });
    const socket = io(url, { path: socketPath, transports: ['websocket'], ca, forceNew: true } as object);
    await new Promise<void>(resolve => socket.once('challenge', () => resolve()));
    socket.disconnect();
  });

  it('is refused with files that are not there, or don’t belong together', async () => {
    expect(await refusal({ tls: { ...tls(), key: join(folder, 'none.pem') } })).toMatch(
      /tls\.key: .*none\.pem can't be read/,
    );
    const other = join(folder, 'other.pem');
    await promisify(execFile)('openssl', [
      'ecparam',
      '-name',
      'prime256v1',
      '-genkey',
      '-noout',
      '-out',
      other,
    ]);
    expect(await refusal({ tls: { ...tls(), key: other } })).toMatch(
      /tls: .* are no PEM certificate with its key/,
    );
    await writeFile(other, 'nonsense');
    expect(await refusal({ tls: { certificate: other, key } })).toMatch(/tls: .* are no PEM certificate/);
  });
});

describe('pages of other origins', () => {
  it('get no answer that they may read, unless they are listed, and never one of the admin API', async () => {
    const { url } = await open({ operatorTokens, cors: ['https://app.example'] });
    const preflight = (path: string, method: string, origin: string) =>
      fetch(url + path, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': method,
          'access-control-request-headers': 'authorization',
        },
      });
    const allowed = async (path: string, method: string, origin: string) => {
      const { headers } = await preflight(path, method, origin);
      const methods = headers.get('access-control-allow-methods') ?? '';
      return headers.get('access-control-allow-origin') === origin && methods.split(', ').includes(method);
    };
    const update = `/v1/rounds/${'R'.repeat(22)}/updates/${'A'.repeat(22)}`;
    expect(await allowed(update, 'PUT', 'https://app.example')).toBe(true);
    expect(await allowed(update, 'PUT', 'https://evil.example')).toBe(false);
    for (const origin of ['https://app.example', 'https://evil.example', 'null'])
      expect(await allowed('/v1/admin/operator-tokens', 'POST', origin)).toBe(false);
  });

  it('can’t frame what the coordinator serves, nor guess its type', async () => {
    const { url } = await open({});
    const { headers } = await fetch(`${url}/v1/tasks`);
    expect(headers.get('content-security-policy')).toBe("default-src 'none';frame-ancestors 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-powered-by')).toBeNull();
  });
});
