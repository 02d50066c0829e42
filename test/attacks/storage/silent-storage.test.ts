// @module-tag postgresql
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import { hex } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import type { Alert } from '@murmuration/rounds/events/alert';
import { mintToken } from '@murmuration/rounds/tokens/secret-token';
import { openPostgresqlStorage } from '@murmuration/storage/postgresql/storage';
import { openStorage, type Stores } from '@murmuration/storage/storage';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { lineTask } from '../../e2e/line.ts';
import { PostgresqlServer } from '../../postgresql-server.ts';

let server: PostgresqlServer;
const opened: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  server = await PostgresqlServer.start();
});
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});
afterAll(() => server.remove());

const { text: token, proof } = mintToken('operator', systemRandom, native);
const operatorTokens = [{ id: proof.id, name: 'an operator', role: 'operator', sha256: hex(proof.digest) }];

async function start(clock: VirtualClock, config: object, storage?: Stores) {
  const coordinator = await createCoordinator(
    parseConfig({ port: 0, log: 'silent', openEnrolment: true, operatorTokens, ...config }),
    config && 'role' in config && config.role === 'front' ? [] : [lineTask()],
    { clock, random: systemRandom, ...(storage && { storage }) },
  );
  opened.push(() => coordinator.stop());
  const alerts: Alert[] = [];
  const faults: string[] = [];
  coordinator.events.on('alert', alert => alerts.push(alert));
  coordinator.events.on('fault', where => faults.push(where));
  return { coordinator, alerts, faults };
}

async function ready({ url }: Coordinator): Promise<number> {
  return (await fetch(`${url}/health/ready`)).status;
}

/** Lets a coordinator probe until something holds, which follows from what its storage answers. */
async function until(clock: VirtualClock, holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await clock.advance(500);
}

describe('a database that hangs', () => {
  it.each(['all', 'cell', 'front'])('is seen within seconds by a coordinator of the role %s', async role => {
    const clock = new VirtualClock(1_000);
    const { coordinator, alerts, faults } = await start(clock, {
      role,
      storage: await server.freshDatabase(),
    });
    expect(await ready(coordinator)).toBe(200);
    server.hang();
    try {
      await clock.advance(14_000);
      expect(await ready(coordinator)).toBe(503);
      expect((await fetch(`${coordinator.url}/health/live`)).status).toBe(200);
      if (role !== 'front') {
        expect(alerts).toMatchObject([{ rule: 'storage-silent', severity: 'critical', resolvedAt: null }]);
        // By the token of the configuration, which is looked up nowhere else.
        const answer = await fetch(`${coordinator.url}/v1/admin/alerts`, {
          headers: { authorization: `Bearer ${token}` },
        });
        expect(await answer.json()).toMatchObject({ firing: [{ rule: 'storage-silent' }] });
      }
      await until(clock, () => faults.length > 0);
    } finally {
      server.goOn();
    }
    await until(clock, async () => (await ready(coordinator)) === 200);
    if (role !== 'front') expect(alerts.at(-1)).toMatchObject({ resolvedAt: expect.any(Number) });
  });

  it('keeps no statement waiting for ever, nor the one that takes a transaction back', async () => {
    const clock = new VirtualClock(1_000);
    const storage = await openPostgresqlStorage(await server.freshDatabase(), clock, { role: 'all' });
    opened.push(() => storage.close());
    await storage.blobs.put(new Uint8Array([1]));
    server.hang();
    try {
      await expect(storage.blobs.put(new Uint8Array([2]))).rejects.toMatchObject({ code: 'storage.slow' });
    } finally {
      server.goOn();
    }
    await storage.blobs.put(new Uint8Array([3]));
  });
});

describe('a storage folder that takes nothing', () => {
  it('has the coordinator say so until it takes something again', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'murmuration-'));
    opened.push(() => rm(folder, { recursive: true }));
    const clock = new VirtualClock(1_000);
    const opening = await openStorage(join(folder, 'state'), clock);
    opened.push(() => opening.close());
    let isFull = false;
    let probes = 0;
    const storage: Stores = {
      ...opening,
      async probe() {
        probes += 1;
        if (isFull) throw new MurmurationError('storage.full');
        await opening.probe();
      },
    };
    const { coordinator, alerts } = await start(clock, {}, storage);
    await clock.advance(60_000);
    expect(probes).toBe(0);
    isFull = true;
    coordinator.events.emit('fault', 'storing', new MurmurationError('storage.full'));
    await clock.advance(14_000);
    expect(await ready(coordinator)).toBe(503);
    expect(alerts.map(({ rule }) => rule)).toContain('storage-silent');
    isFull = false;
    await until(clock, async () => (await ready(coordinator)) === 200);
    const before = probes;
    await clock.advance(60_000);
    expect(probes).toBe(before);
  });
});
