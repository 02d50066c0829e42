import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import { steadyClock } from '@murmuration/protocol/time/system-clock';
import { openStorage } from '@murmuration/storage/storage';
import { afterEach, expect, it } from 'vitest';
import { PackedProcess } from '../e2e/processes.ts';

const kills = 3;
const task = 'central' as TaskName;
let folder: string | undefined;
let running: PackedProcess | undefined;

afterEach(async () => {
  running?.child.kill('SIGKILL');
  await running?.ended();
  if (folder) await rm(folder, { recursive: true, force: true });
});

it('a coordinator that is killed while it trains goes on from the newest version, and loses and repeats none', async () => {
  folder = await mkdtemp(join(tmpdir(), 'murmuration-central-'));
  const told = new Map<number, string>();
  for (let kill = 0; kill < kills; kill++) {
    running = new PackedProcess('test/faults/central-process.ts', [folder]);
    await running.printed(/(?:version .*\n){3}/);
    running.child.kill('SIGKILL');
    await running.ended();
    for (const [, number, model] of running.output.matchAll(/^version (\d+) (\S+)\n/gm)) {
      expect(told.has(Number(number))).toBe(false);
      told.set(Number(number), model!);
    }
  }
  const storage = await openStorage(folder, steadyClock());
  const versions = (await storage.history.versions(task, Number.POSITIVE_INFINITY, 100_000)).toReversed();
  for (const [number, model] of told) expect(versions[number]!.model).toBe(model);
  expect(versions.map(({ number }) => number)).toEqual(versions.map((_, i) => i));
  for (const [i, version] of versions.slice(1).entries()) expect(version.parent).toBe(versions[i]!.model);
  const [run, ...others] = await storage.runs.runs(task, 99, 99);
  expect(others).toEqual([]);
  expect(new Set(versions.slice(1).map(version => version.run))).toEqual(new Set([run!.id]));
  expect(versions.length - 1 - run!.rounds).toBeGreaterThanOrEqual(0);
  expect(versions.length - 1 - run!.rounds).toBeLessThanOrEqual(1);
  await storage.close();
});
