import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hex } from '@murmuration/protocol/encoding/bytes';
import type { DeviceId, RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import { steadyClock } from '@murmuration/protocol/time/system-clock';
import { openStorage } from '@murmuration/storage/storage';
import { afterEach, expect, it } from 'vitest';
import { PackedProcess } from '../e2e/processes.ts';

const kills = 4;
let folder: string | undefined;
let running: PackedProcess | undefined;

afterEach(async () => {
  running?.child.kill('SIGKILL');
  await running?.ended();
  if (folder) await rm(folder, { recursive: true, force: true });
});

it('a privacy ledger that is killed forgets no step that was taken, and gives none of them another secret', async () => {
  folder = await mkdtemp(join(tmpdir(), 'murmuration-ledger-'));
  const secrets = new Map<number, string>();
  for (let kill = 0; kill < kills; kill++) {
    running = new PackedProcess('test/faults/ledger-process.ts', [folder]);
    let output = '';
    running.child.stdout?.on('data', bytes => {
      output += bytes;
    });
    await running.printed(/(?:step .*\n){5}/);
    running.child.kill('SIGKILL');
    await running.ended();
    for (const [, step, secret] of output.matchAll(/^step (\d+) ([0-9a-f]{64})\n/gm)) {
      expect(secrets.has(Number(step))).toBe(false);
      secrets.set(Number(step), secret!);
    }
  }
  const storage = await openStorage(folder, steadyClock());
  const [budget] = await storage.privacy.budgets('keyboard' as TaskName);
  const last = Math.max(...secrets.keys());
  // One more may have been taken than was told of.
  expect(budget!.steps - 1 - last).toBeGreaterThanOrEqual(0);
  expect(budget!.steps - 1 - last).toBeLessThanOrEqual(1);
  const device = 'device'.padEnd(22, '-') as DeviceId;
  const parts = await storage.privacy.partsOf('budget', [device]);
  expect(parts.get(device)?.parts).toBe(budget!.steps);
  const newest = budget!.steps - 1;
  const kept = await storage.privacy.claim({
    budget: 'budget',
    step: newest,
    round: `round-${newest}`.padEnd(22, '-') as RoundId,
    seed: new Uint8Array(32),
    contributors: [],
    oldest: 0,
  });
  await storage.close();
  for (const [step, secret] of secrets) expect(hex(kept.get(step)!)).toBe(secret);
});
