import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { Registry } from '@murmuration/rounds/registry/registry';
import { layout } from '@murmuration/storage/folder/folder';
import { openDatabase } from '@murmuration/storage/rows/open';
import { openStorage, type Stores } from '@murmuration/storage/storage';
import { sql } from 'kysely';
import { Webhook as Signer } from 'standardwebhooks';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { enrolmentToken } from '../../e2e/line.ts';
import { PackedProcess } from '../../e2e/processes.ts';
import { steeredTask, webhookSecret } from './steered-task.ts';

const line = 'line' as TaskName;
const cleanUp: (() => unknown)[] = [];
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'murmuration-own-entry-'));
  cleanUp.push(() => rm(folder, { recursive: true, force: true }));
});
afterEach(async () => {
  for (const clean of cleanUp.splice(0).reverse()) await clean();
});

/** Opens the folder with `use`, as long as that takes. */
async function withStorage<Value>(use: (storage: Stores) => Promise<Value>): Promise<Value> {
  const storage = await openStorage(folder, systemClock);
  try {
    return await use(storage);
  } finally {
    await storage.close();
  }
}

/** A coordinator on a storage as it is; ends when `use` has. */
async function withCoordinator<Value>(
  storage: Stores,
  use: (coordinator: Coordinator) => Promise<Value>,
  isGated = true,
): Promise<Value> {
  const config = parseConfig({ port: 0, log: 'silent', enrolmentTokens: [enrolmentToken] });
  const surroundings = { clock: systemClock, random: systemRandom, storage };
  const coordinator = await createCoordinator(config, [steeredTask(isGated)], surroundings);
  try {
    await coordinator.start();
    return await use(coordinator);
  } finally {
    await coordinator.stop();
  }
}

/** The folder has a version that is served, and a newer one at which the gate of its task has not looked. */
const newVersion = () =>
  withStorage(async storage => {
    await withCoordinator(storage, async () => {});
    const registry = new Registry(storage.blobs, storage.history);
    const { version, state } = (await storage.history.head(line))!;
    const { topology, layout: shapes, weights } = await registry.files(version.model);
    const changed = weights.map(value => value + 1);
    const { hash } = await registry.store(topology, shapes, changed);
    const next = { ...version, model: hash, number: 1, parent: version.model };
    await storage.history.commit({ head: { version: next, state } });
  });

/** What the folder has after a coordinator was killed: the champion, numbers of runs, and of the audit log who did what. */
const left = () =>
  withStorage(async ({ aliases, runs, audit }) => {
    const entries = await audit.list(Number.POSITIVE_INFINITY, 99);
    return {
      champion: (await aliases.of(line)).find(({ alias }) => alias === 'champion')?.number,
      runs: (await runs.runs(line, Number.POSITIVE_INFINITY, 9)).map(({ number }) => number),
      entries: entries.toReversed().map(({ actor, action, subject }) => `${actor.id}: ${action} ${subject}`),
    };
  });

/** What it says of a gate that is new. */
const named = 'gate: version.alias line@0 champion';

const run = (moment: string) => {
  const process = new PackedProcess('test/attacks/operators/killed-by-itself.ts', [folder, moment]);
  cleanUp.push(() => process.child.kill('SIGKILL'));
  return process;
};

async function callWebhook(url: string, id = 'a'): Promise<Response> {
  const now = Date.now();
  return fetch(`${url}/v1/tasks/line/triggers/lake`, {
    method: 'POST',
    headers: {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now / 1_000)),
      'webhook-signature': new Signer(webhookSecret).sign(id, new Date(now), '{}'),
    },
    body: '{}',
  });
}

it('a version that a gate promoted is in the audit log, though the coordinator is killed right after it', async () => {
  await newVersion();
  const before = [named, 'gate: gate.pass line@1'];
  expect(await run('promotion').ended()).toBe('SIGKILL');
  const promoted = { champion: 1, runs: [], entries: [...before, 'gate: version.promote line@1'] };
  expect(await left()).toEqual(promoted);
  // And once only, whatever is completed at the next start.
  await withStorage(storage => withCoordinator(storage, async () => {}));
  expect(await left()).toEqual(promoted);
});

it('a training run that a trigger began is in the audit log, though the coordinator is killed right after it', async () => {
  const process = run('run');
  const [, url] = await process.printed(/listens on (\S+)\./);
  await expect(callWebhook(url!)).rejects.toThrow();
  expect(await process.ended()).toBe('SIGKILL');
  expect(await left()).toEqual({ champion: 0, runs: [1], entries: [named, 'trigger: run.start line'] });
});

it('what a gate names that is new, and frees once it is gone, is in the audit log, though the coordinator is killed right after it', async () => {
  expect(await run('naming').ended()).toBe('SIGKILL');
  const kept = { champion: 0, runs: [], entries: [named] };
  expect(await left()).toEqual(kept);
  await withStorage(storage => withCoordinator(storage, async () => {}));
  expect(await left()).toEqual(kept);
  expect(await run('freeing').ended()).toBe('SIGKILL');
  const entries = [named, 'gate: version.alias line@latest champion'];
  expect(await left()).toEqual({ champion: undefined, runs: [], entries });
  await withStorage(storage => withCoordinator(storage, async () => {}, false));
  expect(await left()).toEqual({ champion: undefined, runs: [], entries });
});

/** No entry can be written from now on. */
async function fillLog(): Promise<void> {
  const { rows, close } = await openDatabase(join(folder, layout.database));
  await sql`create trigger audit_full before insert on audit
    begin select raise(abort, 'The log is full.'); end`.execute(rows);
  await close();
}

it.each([
  ['new', false, undefined, []],
  ['gone', true, 0, [named]],
] as const)(
  'a gate that is %s changes nothing where the audit log can’t be written',
  async (_, wasGated, champion, entries) => {
    const begin = (isGated: boolean) =>
      withStorage(storage => withCoordinator(storage, async () => {}, isGated));
    await begin(wasGated);
    await fillLog();
    await expect(begin(!wasGated)).rejects.toThrow('The log is full.');
    expect(await left()).toEqual({ champion, runs: [], entries });
  },
);

it('gates and triggers do nothing where the audit log can’t be written', async () => {
  await newVersion();
  await fillLog();
  const answer = await withStorage(storage =>
    withCoordinator(storage, async ({ url }) => {
      const { ok, status } = await callWebhook(url);
      return { ok, status };
    }),
  );
  expect(answer).toEqual({ ok: false, status: 500 });
  expect(await left()).toEqual({ champion: 0, runs: [], entries: [named] });
});
