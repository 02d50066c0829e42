import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { contentHash } from '@murmuration/protocol/weights/model-files';
import { S3Objects } from '@murmuration/storage/objects/s3-objects';
import { s3Schema } from '@murmuration/storage/objects/s3-settings';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { refusalOf } from '../../../../presigned.ts';
import { seededRandom } from '../../../../seeded-random.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const bytes = Uint8Array.from({ length: 1_000 }, (_, i) => i);
const whole: Answer = (_, response) => response.end(bytes);
const status =
  (code: number, text = ''): Answer =>
  (_, response) => {
    response.writeHead(code).end(text);
  };

/** An S3 that answers as a test says, one request after the other; the last answer goes on. */
class ScriptedService {
  readonly requests: {
    readonly method: string;
    readonly url: string;
    readonly headers: IncomingMessage['headers'];
  }[] = [];
  readonly #server: Server;

  private constructor(answers: readonly Answer[]) {
    this.#server = createServer((request, response) => {
      request.resume().once('end', () => {
        const { method = '', url = '', headers } = request;
        this.requests.push({ method, url, headers });
        answers[Math.min(this.requests.length, answers.length) - 1]?.(request, response);
      });
    });
  }

  static async open(...answers: Answer[]): Promise<ScriptedService> {
    const service = new ScriptedService(answers);
    service.#server.listen(0, '127.0.0.1');
    await once(service.#server, 'listening');
    return service;
  }

  get endpoint(): string {
    const { port } = this.#server.address() as { port: number };
    return `http://127.0.0.1:${port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

const secret = 'a secret that is nobody else’s';
let clock: VirtualClock;
let service: ScriptedService | undefined;
beforeEach(() => {
  clock = new VirtualClock(1_000);
});
afterEach(() => service?.close());

async function objectsOver(...answers: Answer[]): Promise<S3Objects> {
  service = await ScriptedService.open(...answers);
  const settings = s3Schema.parse({
    endpoint: service.endpoint,
    bucket: 'models',
    region: 'eu-central-1',
    prefix: 'murmuration/',
    accessKeyId: 'an id',
    secretAccessKey: secret,
  });
  return new S3Objects(settings, clock, seededRandom(1));
}

/** Lets what waits for the clock go on until `work` is done. */
async function passing<Value>(work: Promise<Value>): Promise<Value> {
  let isDone = false;
  const end = () => {
    isDone = true;
  };
  work.then(end, end);
  let seen = 0;
  while (!isDone) {
    // A pause begins once an answer has come.
    await expect.poll(() => isDone || (service!.requests.length > seen && clock.pending > 0)).toBe(true);
    if (isDone) break;
    seen = service!.requests.length;
    await clock.advance(2_000);
  }
  return work;
}

describe('objects of S3', () => {
  it.each([
    ['is too busy', status(503, '<Error><Code>SlowDown</Code></Error>')],
    ['fails', status(500)],
    ['asks for patience', status(429)],
    ['hangs up', (request => void request.socket.destroy()) as Answer],
    [
      'gives half of an object',
      ((_, response) => {
        response.writeHead(200, { 'content-length': bytes.length });
        response.write(bytes.subarray(0, 500), () => response.destroy());
      }) as Answer,
    ],
  ])('are asked for again where the service %s', async (_, bad) => {
    const objects = await objectsOver(bad, bad, whole);
    expect(await passing(objects.read('a'))).toEqual(bytes);
    expect(service!.requests).toHaveLength(3);
  });

  it('are given up after five tries, with what was wrong, and without a secret', async () => {
    const objects = await objectsOver(status(503, '<Error><Code>SlowDown</Code></Error>'));
    const failed = await passing(objects.put('a', bytes, contentHash(bytes))).catch(error => error);
    expect(failed).toMatchObject({ code: 'storage.failed', retryable: true });
    expect(failed.message).toContain('HTTP 503 (SlowDown)');
    expect(failed.message).not.toContain(secret);
    expect(service!.requests).toHaveLength(5);
    expect(clock.pending).toBe(0);
  });

  it('are not asked for again where that would not help', async () => {
    const objects = await objectsOver(status(403, '<Error><Code>AccessDenied</Code></Error>'));
    await expect(objects.read('a')).rejects.toMatchObject({
      detail: expect.stringContaining('AccessDenied'),
    });
    await expect(objects.put('a', bytes, contentHash(bytes))).rejects.toMatchObject({
      code: 'storage.failed',
    });
    expect(service!.requests).toHaveLength(2);
  });

  it('that do not answer are given up in the end', async () => {
    const objects = await objectsOver(() => {});
    const read = objects.read('a').catch(error => error);
    for (let turn = 1; turn <= 5; turn++) {
      await expect.poll(() => service!.requests.length).toBe(turn);
      await clock.advance(15_000);
      if (turn < 5) {
        await expect.poll(() => clock.pending).toBe(1);
        await clock.advance(2_000);
      }
    }
    expect(await read).toMatchObject({ detail: expect.stringContaining('did not answer within 15 s') });
  });

  it('are bound to their bytes by the signature, which has the secret in it and does not show it', async () => {
    const objects = await objectsOver(status(200));
    await objects.put('a', bytes, contentHash(bytes));
    const [{ url, headers } = { url: '', headers: {} as IncomingMessage['headers'] }] = service!.requests;
    expect(url).toBe('/models/murmuration/a');
    expect(headers['x-amz-content-sha256']).toBe(contentHash(bytes));
    expect(headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=.*SignedHeaders=[^,]*x-amz-content-sha256/,
    );
    expect(JSON.stringify(headers)).not.toContain(secret);
  });

  it('end where a service knows no ranges, and give no more bytes than were asked for', async () => {
    const objects = await objectsOver(whole);
    expect(await objects.read('a', 10, 20)).toEqual(bytes.subarray(10, 20));
    const generous = await objectsOver((_, response) => response.writeHead(206).end(bytes));
    await expect(passing(generous.read('a', 10, 20))).rejects.toMatchObject({
      detail: expect.stringContaining('more bytes'),
    });
  });

  it('are read no further than they are wanted from a service whose answers do not end', async () => {
    const block = Buffer.alloc(1 << 20);
    const all = 64;
    /** Blocks that were taken of one answer, at most. */
    let most = 0;
    const longestPause = 1_600;
    const endless: Answer = (_, response) => {
      let sent = 0;
      const more = () => {
        if (response.destroyed) return;
        // Whoever reads all that comes would fill the memory of this test.
        if (sent === all) return void response.end();
        sent += 1;
        most = Math.max(most, sent);
        if (response.write(block)) setImmediate(more);
        else response.once('drain', more);
      };
      more();
    };
    const objects = await objectsOver(endless);
    expect(await objects.read('a', 10, 20)).toEqual(new Uint8Array(10));
    const listed = async () => {
      for await (const _ of objects.keys());
    };
    for (const work of [
      () => objects.put('a', bytes, contentHash(bytes)),
      () => objects.delete('a'),
      listed,
    ]) {
      let failed: unknown;
      void work().catch(error => {
        failed = error;
      });
      // What is due so soon is a pause between two tries: while one is under way, nothing is due before its time is over.
      const isPause = () => clock.next !== undefined && clock.next - clock.now() <= longestPause;
      for (;;) {
        await expect.poll(() => failed !== undefined || isPause()).toBe(true);
        if (failed) break;
        await clock.advance(longestPause);
      }
      expect(failed).toMatchObject({ detail: expect.stringContaining('more bytes') });
    }
    expect(most).toBeLessThan(all / 2);
  });

  it('are listed page by page, with the entities of XML', async () => {
    const page = (keys: string[], next?: string): Answer =>
      status(
        200,
        `<ListBucketResult>${keys.map(key => `<Contents><Key>${key}</Key></Contents>`).join('')}${
          next ? `<NextContinuationToken>${next}</NextContinuationToken>` : ''
        }</ListBucketResult>`,
      );
    const objects = await objectsOver(
      page(['murmuration/a', 'murmuration/b&amp;c', 'other/d'], 'more&amp;more'),
      page(['murmuration/e']),
    );
    const found: string[] = [];
    for await (const key of objects.keys()) found.push(key);
    expect(found).toEqual(['a', 'b&c', 'e']);
    const [, second] = service!.requests;
    expect(new URL(second!.url, 'http://s3').searchParams.get('continuation-token')).toBe('more&more');
  });
});

describe('addresses of objects', () => {
  const objects = (change: object = {}) =>
    new S3Objects(
      s3Schema.parse({
        endpoint: 'https://s3.example.org',
        bucket: 'models',
        region: 'eu-central-1',
        prefix: 'murmuration/',
        accessKeyId: 'an id',
        secretAccessKey: secret,
        downloads: 'direct',
        ...change,
      }),
      clock,
      seededRandom(1),
    );
  const key = `${'ab'.repeat(32)}.7.1`;

  it('are signed as AWS documents it', () => {
    // "Authenticating Requests: Using Query Parameters (AWS Signature Version 4)", its example: what checks ours finds the same.
    const example = new URL(
      'https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
    );
    const itsSecret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
    const begin = Date.UTC(2013, 4, 24);
    expect(refusalOf(example, itsSecret, begin)).toBeUndefined();
    expect(refusalOf(example, itsSecret, begin + 86_400_000)).toBe('expired');
    expect(refusalOf(example, secret, begin)).toBe('signature');
  });

  it('are good for five minutes, for one object, at the public endpoint', async () => {
    clock = new VirtualClock(Date.UTC(2026, 6, 1, 12));
    const url = new URL((await objects().link(key, 'public'))!);
    expect(url.origin + url.pathname).toBe(`https://s3.example.org/models/murmuration/${key}`);
    expect(refusalOf(url, secret, clock.now())).toBeUndefined();
    expect(refusalOf(url, secret, clock.now() + 299_999)).toBeUndefined();
    expect(refusalOf(url, secret, clock.now() + 300_000)).toBe('expired');
    expect(url.searchParams.get('X-Amz-Credential')).toBe('an id/20260701/eu-central-1/s3/aws4_request');
    for (const [name, value] of [
      ['X-Amz-Expires', '86400'],
      ['X-Amz-Date', '20260702T120000Z'],
    ] as const) {
      const changed = new URL(url);
      changed.searchParams.set(name, value);
      expect(refusalOf(changed, secret, clock.now())).toBeDefined();
    }
    const other = new URL(url);
    other.pathname = '/models/murmuration/another';
    expect(refusalOf(other, secret, clock.now())).toBe('signature');
    const elsewhere = await objects({ downloads: 'https://models.example.org' }).link(key, 'public');
    expect(new URL(elsewhere!).origin).toBe('https://models.example.org');
    expect(refusalOf(new URL(elsewhere!), secret, clock.now())).toBeUndefined();
  });

  it('say that caches may keep the object, where everybody may read it', async () => {
    const shared = new URL((await objects().link(key, 'public'))!);
    expect(shared.searchParams.has('response-cache-control')).toBe(false);
    const own = new URL((await objects().link(key, 'private'))!);
    expect(own.searchParams.get('response-cache-control')).toBe('private, max-age=31536000, immutable');
    expect(refusalOf(own, secret, clock.now())).toBeUndefined();
  });

  it('have the token of credentials that pass', async () => {
    const url = new URL((await objects({ sessionToken: 'a token/of=AWS' }).link(key, 'public'))!);
    expect(url.searchParams.get('X-Amz-Security-Token')).toBe('a token/of=AWS');
    expect(refusalOf(url, secret, clock.now())).toBeUndefined();
  });

  it('are not given out unless the settings say so', async () => {
    expect(await objects({ downloads: 'coordinator' }).link(key, 'public')).toBeUndefined();
  });
});

describe('the settings of S3', () => {
  const given = {
    endpoint: 'https://s3.example.org',
    bucket: 'models',
    region: 'eu-central-1',
    accessKeyId: 'an id',
    secretAccessKey: secret,
  };

  it('take a service elsewhere by TLS only', () => {
    expect(s3Schema.parse(given)).toEqual({ ...given, prefix: '', downloads: 'coordinator' });
    expect(s3Schema.safeParse({ ...given, endpoint: 'http://127.0.0.1:9000' }).success).toBe(true);
    for (const endpoint of [
      'http://s3.example.org',
      'https://s3.example.org/models',
      'https://user@s3.example.org',
      's3://models',
      '',
    ])
      expect(s3Schema.safeParse({ ...given, endpoint }).success, endpoint).toBe(false);
  });

  it.each([
    { bucket: 'No Bucket' },
    { bucket: '../models' },
    { prefix: 'models' },
    { prefix: '/models/' },
    { prefix: '../' },
    { region: '' },
    { secretAccessKey: '' },
    { downloads: 'bucket' },
    { downloads: 'http://s3.example.org' },
    { downloads: 'https://s3.example.org/models' },
  ])('refuse %o', wrong => expect(s3Schema.safeParse({ ...given, ...wrong }).success).toBe(false));
});
