import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileStorage } from '@murmuration/client-sdk/storage/file';
import { ByteWriter, concatBytes } from '@murmuration/protocol/encoding/bytes';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PackedProcess } from '../../e2e/processes.ts';
import { hostile } from './models.ts';

let folder: string;
let processes: PackedProcess[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'murmuration-'));
  processes = [];
  // What a coordinator that is long gone has had the device store.
  const storage = fileStorage(folder);
  const { json, bytes } = hostile;
  const length = new ByteWriter(4).u32(json.length).bytes;
  await storage.put('model.numbers', concatBytes(length, json, bytes));
});

afterEach(async () => {
  for (const { child } of processes) child.kill('SIGKILL');
  await Promise.all(processes.map(each => each.ended()));
  await rm(folder, { recursive: true, force: true });
});

function start(mode: 'serve' | 'hang' | 'train'): PackedProcess {
  const started = new PackedProcess('test/attacks/device/model-process.ts', [folder, mode]);
  processes.push(started);
  return started;
}

describe('a version that TensorFlow.js loops over for ever', () => {
  it('is refused by an app that has stored it, which serves the one that came with it', async () => {
    const app = start('serve');
    await app.printed(/^error model\.unusable$/m);
    await app.printed(/^answer 1,2 true$/m);
  });

  it('is refused by a device that is to train it', async () => {
    await start('train').printed(/^error model\.unusable$/m);
  });
});

describe('a version on which an app hangs', () => {
  it('is built no more by the next start after kill -9, which says so and serves the one before', async () => {
    const first = start('hang');
    await first.printed(/^building$/m);
    first.child.kill('SIGKILL');
    await first.ended();
    for (const said of [/^error model\.unfinished$/m, /^answer/m]) {
      const next = start('hang');
      await next.printed(said);
      await next.printed(/^answer 1,2 true$/m);
      expect(next.output).not.toContain('building');
      next.child.kill('SIGKILL');
      await next.ended();
    }
  });
});
