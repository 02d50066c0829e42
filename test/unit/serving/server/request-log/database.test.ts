import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { DatabaseSink } from '@murmuration/serving/request-log/database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { logDatabaseContract } from '../../../../contract/log-database.ts';
import { eventOf } from './log-folder.ts';

let folder: string;
let made = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'murmuration-log-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

logDatabaseContract('SQLite', async () => join(folder, `log-${made++}.db`));

it('a server that is away is opened once there is something to write, and one that refuses is refused', async () => {
  const faults: unknown[] = [];
  const ports = { clock: new VirtualClock(), fault: (_: string, error: unknown) => faults.push(error) };
  const options = { address: 'postgres://tester:hidden@127.0.0.1:9/log', table: 'log', keepFor: null };
  const sink = await DatabaseSink.open(options, ports);
  expect(faults).toMatchObject([{ code: 'storage.failed' }]);
  await expect(sink.write([eventOf(0)])).rejects.toMatchObject({ code: 'storage.failed', retryable: true });
  await sink.close();
  const wrong = { ...options, address: 'postgres://tester@:x/' };
  await expect(DatabaseSink.open(wrong, ports)).rejects.toMatchObject({ code: 'config.invalid' });
});
