import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import { steadyClock } from '@murmuration/protocol/time/system-clock';
import { openStorage } from '@murmuration/storage/storage';
import { afterEach, expect, it } from 'vitest';
import { PackedProcess } from '../e2e/processes.ts';

const kills = 4;
const task = 'line' as TaskName;
let folder: string | undefined;
let running: PackedProcess | undefined;

afterEach(async () => {
  running?.child.kill('SIGKILL');
  await running?.ended();
  if (folder) await rm(folder, { recursive: true, force: true });
});

it('a training run whose coordinator is killed goes on, is begun once, and counts each round once', async () => {
  folder = await mkdtemp(join(tmpdir(), 'murmuration-runs-'));
  const opened = new Set<string>();
  for (let kill = 0; kill < kills; kill++) {
    running = new PackedProcess('test/faults/training-runs-process.ts', [folder]);
    const [, run] = await running.printed(/run (\d+ \S+)\n/);
    opened.add(run!);
    await running.printed(/run \d+ \S+\n(?:round \d+\n){5}/);
    running.child.kill('SIGKILL');
    await running.ended();
  }
  expect(opened.size).toBe(1);
  const storage = await openStorage(folder, steadyClock());
  const [run, ...others] = await storage.runs.runs(task, 99, 99);
  expect(others).toEqual([]);
  expect(run!.endedAt).toBeNull();
  const rounds = await storage.history.rounds(task, Number.POSITIVE_INFINITY, 100_000);
  expect(rounds.length).toBeGreaterThanOrEqual(5 * kills);
  expect(new Set(rounds.map(record => record.run))).toEqual(new Set([run!.id]));
  // The last one may be over and not counted yet: the next start does.
  expect(rounds.length - run!.failed).toBeGreaterThanOrEqual(0);
  expect(rounds.length - run!.failed).toBeLessThanOrEqual(1);
  expect(await storage.runs.records(task, 99, 99)).toMatchObject([{ outcome: 'began', run: run!.id }]);
  await storage.close();
});
