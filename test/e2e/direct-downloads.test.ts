// @module-tag postgresql
// @module-tag s3
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FederatedClient } from '@murmuration/client-sdk/node';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import { acceptsAddress, addressType } from '@murmuration/protocol/messages/elsewhere';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { contentHash } from '@murmuration/protocol/weights/model-files';
import { mintInferenceToken } from '@murmuration/serving/access/tokens';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PostgresqlServer } from '../postgresql-server.ts';
import { refusalOf } from '../presigned.ts';
import { S3Server } from '../s3-server.ts';
import { enrolmentToken, eventOf, lineOptions, lineTask } from './line.ts';

let postgresql: PostgresqlServer;
let s3: S3Server;
let coordinator: Coordinator;
let front: BucketFront;
let clients: FederatedClient[];

/** Where devices reach the bucket: it checks signatures, which moto doesn't, and hands out what the bucket answers. */
class BucketFront {
  readonly #server: Server;
  /** Paths that were served, and what was shown with each. */
  readonly served: { readonly path: string; readonly authorization: string | undefined }[] = [];
  readonly refusals: string[] = [];
  /** Answers that are broken off. */
  isDown = false;

  private constructor(endpoint: string, secret: string) {
    this.#server = createServer(async ({ url = '', headers }, response) => {
      const asked = new URL(url, `http://${headers.host}`);
      const refusal = refusalOf(asked, secret, Date.now());
      if (this.isDown || refusal) {
        this.refusals.push(refusal ?? 'down');
        response.writeHead(refusal ? 403 : 503).end();
        return;
      }
      const answer = await fetch(new URL(url, endpoint));
      this.served.push({ path: asked.pathname, authorization: headers.authorization });
      response.writeHead(answer.status, { 'cache-control': answer.headers.get('cache-control') ?? '' });
      response.end(new Uint8Array(await answer.arrayBuffer()));
    });
  }

  static async open(endpoint: string, secret: string): Promise<BucketFront> {
    const front = new BucketFront(endpoint, secret);
    await new Promise<void>(resolve => front.#server.listen(0, '127.0.0.1', resolve));
    return front;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

beforeAll(async () => {
  [postgresql, s3] = await Promise.all([PostgresqlServer.start(), S3Server.start()]);
});
afterAll(async () => {
  await postgresql?.remove();
  await s3?.stop();
});

beforeEach(() => {
  clients = [];
});
afterEach(async () => {
  await Promise.all(clients.map(client => client.stop()));
  await coordinator.stop();
  front.close();
});

async function open(config: object = {}): Promise<void> {
  const bucket = await s3.freshBucket('murmuration/');
  front = await BucketFront.open(bucket.endpoint, bucket.secretAccessKey);
  coordinator = await createCoordinator(
    parseConfig({
      port: 0,
      log: 'silent',
      enrolmentTokens: [enrolmentToken],
      storage: await postgresql.freshDatabase(),
      s3: { ...bucket, downloads: front.origin },
      ...config,
    }),
    // With more in a cohort than devices, a round would wait for them until its deadline.
    [lineTask({ cohort: { goal: 3, minimum: 2, overSelection: 1 } })],
    { clock: systemClock, random: systemRandom },
  );
}

/** The path of the weights of the version that devices serve. */
async function weightsPath(headers: Record<string, string> = {}): Promise<string> {
  const { models } = (await (await ask('/v1/tasks/line/models', headers)).json()) as {
    models: { url: string }[];
  };
  const json = (await (await ask(models[0]!.url, headers)).json()) as {
    weightsManifest: { paths: string[] }[];
  };
  return models[0]!.url.replace('model.json', json.weightsManifest[0]!.paths[0]!);
}

const ask = (path: string, headers: Record<string, string> = {}) =>
  fetch(coordinator.url + path, { headers });

/** Devices until a round of theirs is published. */
async function round(): Promise<void> {
  clients = [0, 1, 2].map(index => new FederatedClient(lineOptions(coordinator.url, index)));
  const published = eventOf(coordinator.events, 'version');
  await coordinator.start();
  await Promise.all(clients.map(client => client.start()));
  await published;
}

describe('models that devices get from a bucket', () => {
  it('MD10: are where the coordinator says, for those who accept that', async () => {
    await open();
    const path = await weightsPath();
    const answer = await ask(path, { accept: acceptsAddress });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')?.split(';')[0]).toBe(addressType);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const { url } = (await answer.json()) as { url: string };
    expect(new URL(url).origin).toBe(front.origin);
    const there = await fetch(url);
    expect(there.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    const bytes = new Uint8Array(await there.arrayBuffer());
    expect(path).toContain(`${contentHash(bytes)}.bin`);
    for (const [headers, status] of [
      [{}, 200],
      [{ accept: '*/*' }, 200],
      [{ accept: acceptsAddress, range: 'bytes=0-3' }, 206],
      [{ accept: acceptsAddress, 'if-none-match': '*' }, 304],
    ] as const) {
      const direct = await ask(path, headers);
      expect(direct.status).toBe(status);
      expect(direct.headers.get('content-type') ?? '').not.toContain(addressType);
    }
    const head = await fetch(coordinator.url + path, { method: 'HEAD', headers: { accept: acceptsAddress } });
    expect(head.headers.get('content-length')).toBe(String(bytes.length));
    expect((await ask(path.replace(/.{8}\.bin$/, '00000000.bin'), { accept: acceptsAddress })).status).toBe(
      404,
    );
  });

  it('MD10: make a round, and the coordinator sends none of them', async () => {
    await open();
    await round();
    expect(front.served.length).toBeGreaterThanOrEqual(3);
    expect(front.served.every(({ authorization }) => authorization === undefined)).toBe(true);
    expect(front.refusals).toEqual([]);
  });

  it('MD10: come from the coordinator where the bucket is down', async () => {
    await open();
    front.isDown = true;
    await round();
    expect(front.served).toEqual([]);
    expect(front.refusals.length).toBeGreaterThanOrEqual(3);
  });

  it('MD9 MD10: are told only to those who may read, and no cache shares them', async () => {
    const { text, ...listed } = mintInferenceToken(systemRandom, native);
    const token = { ...listed, name: 'test', rights: ['read'], expiresAt: null };
    await open({ reading: 'tokens', inference: { tokens: [token] } });
    const authorization = `Bearer ${text}`;
    const path = await weightsPath({ authorization });
    const refused = await ask(path, { accept: acceptsAddress });
    expect(refused.status).toBe(401);
    expect(await refused.text()).not.toContain('X-Amz');
    const { url } = (await (await ask(path, { accept: acceptsAddress, authorization })).json()) as {
      url: string;
    };
    expect(new URL(url).searchParams.get('response-cache-control')).toContain('private');
    expect(url).not.toContain(text);
    expect((await fetch(url)).status).toBe(200);
  });
});
