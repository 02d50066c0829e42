import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { S3Objects } from '@murmuration/storage/objects/s3-objects';
import { afterEach, expect, it } from 'vitest';
import { seededRandom } from '../../seeded-random.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A bucket whose listing goes on by these tokens, again and again. */
async function bucket(tokens: readonly string[]) {
  let pages = 0;
  server = createServer((_, response) => {
    const token = tokens[pages++ % tokens.length];
    response.end(
      `<ListBucketResult><Contents><Key>murmuration/x${pages}</Key></Contents><NextContinuationToken>${token}</NextContinuationToken></ListBucketResult>`,
    );
  });
  await new Promise<void>(resolve => server!.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const settings = {
    endpoint,
    bucket: 'b',
    prefix: 'murmuration/',
    region: 'auto',
    accessKeyId: 'key',
    secretAccessKey: 'secret',
    downloads: 'coordinator' as const,
  };
  return new S3Objects(settings as never, systemClock, seededRandom(1));
}

it.each([
  ['the one it was asked by', ['same']],
  ['one from before', ['a', 'b', 'c']],
])('a listing that goes on by %s is given up, with a word', async (_, tokens) => {
  const keys: string[] = [];
  const listing = (async () => {
    for await (const key of (await bucket(tokens)).keys()) {
      keys.push(key);
      if (keys.length > 100) return;
    }
  })();
  await expect(listing).rejects.toMatchObject({
    code: 'storage.failed',
    detail: expect.stringContaining('no end'),
  });
  expect(keys).toHaveLength(tokens.length + 1);
});
