// @module-tag s3
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { checkBucket } from '@murmuration/cli/doctor/bucket';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { S3Objects } from '@murmuration/storage/objects/s3-objects';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { S3Server } from '../../../../s3-server.ts';

let s3: S3Server;

beforeAll(async () => {
  s3 = await S3Server.start();
});
afterAll(() => s3.stop());

const look = (settings: Parameters<typeof checkBucket>[0]) =>
  checkBucket(settings, systemClock, systemRandom);

describe('doctor on a bucket', () => {
  it('leaves nothing in one that can be used', async () => {
    const settings = await s3.freshBucket('murmuration/');
    expect(await look(settings)).toMatchObject({ check: 'bucket', state: 'ok' });
    const left: string[] = [];
    for await (const key of new S3Objects(settings, systemClock, systemRandom).keys()) left.push(key);
    expect(left).toEqual([]);
  });

  it('names an address at which devices would not get what is there, and not its signature', async () => {
    const settings = await s3.freshBucket('murmuration/');
    const direct = { ...settings, downloads: 'direct' };
    expect(await look(direct)).toMatchObject({ state: 'ok' });
    let answer = 403;
    const server: Server = createServer((_, response) => {
      response.writeHead(answer).end('other bytes');
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const downloads = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const said: string[] = [];
    for (const status of [403, 200, 302]) {
      answer = status;
      const finding = await look({ ...settings, downloads });
      expect(finding).toMatchObject({ state: 'fault', mend: expect.stringContaining('"downloads"') });
      said.push(finding.says);
    }
    await new Promise(resolve => server.close(resolve));
    const unreachable = await look({ ...settings, downloads });
    said.push(unreachable.says);
    expect(said[0]).toContain(`${downloads}: it answered HTTP 403`);
    expect(said[1]).toContain('it gave other bytes');
    expect(unreachable.state).toBe('fault');
    expect(said.join()).not.toContain('X-Amz');
  });

  it('names a bucket that is not there', async () => {
    const settings = await s3.freshBucket();
    expect(await look({ ...settings, bucket: 'nobody-made-it' })).toMatchObject({
      state: 'fault',
      says: expect.stringMatching(/^To write an object failed: .*nobody-made-it.*NoSuchBucket/),
      mend: expect.stringMatching(/Correct "s3"/),
    });
  });

  it('names what the account may not do, and bytes that changed on the way', async () => {
    let forbidden = 'PUT';
    const server: Server = createServer((request, response) => {
      request.resume();
      request.on('end', () => {
        response.statusCode = request.method === forbidden ? 403 : 200;
        response.end(
          response.statusCode === 403 ? '<Error><Code>AccessDenied</Code></Error>' : 'other bytes',
        );
      });
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = server.address() as AddressInfo;
      const settings = { ...(await s3.freshBucket()), endpoint: `http://127.0.0.1:${port}` };
      expect(await look(settings)).toMatchObject({
        state: 'fault',
        says: expect.stringMatching(/^To write .*HTTP 403 \(AccessDenied\)\.$/),
        mend: expect.stringMatching(/let the account write, read, list and delete/),
      });
      forbidden = 'GET';
      expect((await look(settings)).says).toMatch(/^To read .*AccessDenied/);
      forbidden = 'none';
      expect(await look(settings)).toMatchObject({
        state: 'fault',
        says: expect.stringMatching(/gave other bytes/),
      });
    } finally {
      await new Promise(resolve => server.close(resolve));
    }
  });
});
