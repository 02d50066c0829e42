import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { fileBlobs } from '@murmuration/storage/files/blobs';
import { afterEach, expect, it } from 'vitest';
import { targets } from '../network/target.ts';

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanUp.splice(0).reverse()) await clean();
});
const openTarget = targets(close => cleanUp.push(close));

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'murmuration-paths-'));
  cleanUp.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

it('a device that downloads a blob which was tampered with is told no path of the server', async () => {
  const folder = await newFolder();
  const { url } = await openTarget({ storage: folder });
  const { models } = (await (await fetch(`${url}/v1/tasks/line/models`)).json()) as {
    models: { url: string }[];
  };
  for (const name of await readdir(join(folder, 'blobs')))
    await writeFile(join(folder, 'blobs', name), 'tampered');
  const response = await fetch(url + models[0]!.url);
  const answer = await response.text();
  expect([response.status, JSON.parse(answer).code]).toEqual([500, 'model.corrupt']);
  expect(answer).not.toContain(folder);
  expect(answer).toContain("don't match their hash");
});

it('nor is one that has it read as a whole', async () => {
  const folder = await newFolder();
  const blobs = await fileBlobs(folder, new VirtualClock());
  const hash = await blobs.put(Uint8Array.of(1));
  const other = await blobs.put(Uint8Array.of(2));
  await writeFile(join(folder, hash), 'tampered');
  await rm(join(folder, other));
  const again = await fileBlobs(folder, new VirtualClock());
  for (const [name, code] of [
    [hash, 'model.corrupt'],
    [other, 'model.missing'],
  ] as const) {
    const error = await again.get(name).catch(thrown => thrown);
    expect(error).toMatchObject({ code });
    expect(error.detail).toContain(name);
    expect(error.detail).not.toContain(folder);
  }
});
