import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bltNoise } from '@murmuration/privacy/mechanisms/blt-noise';
import { native } from '@murmuration/protocol/primitives/node';
import { steadyClock } from '@murmuration/protocol/time/system-clock';
import { openStorage } from '@murmuration/storage/storage';
import { afterEach, expect, it } from 'vitest';
import { PackedProcess } from '../e2e/processes.ts';
import { bltTask, hashOf, parameters, seedOf } from '../unit/coordinator/rounds/privacy/blt-steps.ts';

const [kills, values] = [3, 100_000];
let folder: string | undefined;
let running: PackedProcess | undefined;

afterEach(async () => {
  running?.child.kill('SIGKILL');
  await running?.ended();
  if (folder) await rm(folder, { recursive: true, force: true });
});

it('BLT noise of a coordinator that is killed is that of one that is not, and its secrets are gone from the disk', async () => {
  folder = await mkdtemp(join(tmpdir(), 'murmuration-blt-'));
  const made: [number, string][] = [];
  for (let kill = 0; kill < kills; kill++) {
    running = new PackedProcess('test/faults/blt-process.ts', [folder, String(values)]);
    let output = '';
    running.child.stdout?.on('data', bytes => {
      output += bytes;
    });
    await running.printed(/(?:step .*\n){4}/);
    running.child.kill('SIGKILL');
    await running.ended();
    for (const [, step, hash] of output.matchAll(/^step (\d+) ([0-9a-f]{64})\n/gm))
      made.push([Number(step), hash!]);
  }
  const steps = 1 + Math.max(...made.map(([step]) => step));
  const { noiseMultiplier } = bltTask(1_000).privacy!;
  const noise = bltNoise(parameters, { primitives: native, seedOf, stddev: noiseMultiplier });
  const state = noise.init(values);
  const expected = Array.from({ length: steps }, (_, step) => {
    const sum = new Float64Array(values);
    noise.addTo(sum, step, state);
    return hashOf(Float32Array.from(sum));
  });
  for (const [step, hash] of made) expect([step, hash]).toEqual([step, expected[step]]);

  const storage = await openStorage(folder, steadyClock());
  const taken = (await storage.privacy.budgets(bltTask(1).name))[0]!.steps;
  await storage.close();
  const names = (await readdir(folder, { recursive: true, withFileTypes: true })).filter(entry =>
    entry.isFile(),
  );
  const files = await Promise.all(names.map(entry => readFile(join(entry.parentPath, entry.name))));
  const holds = (bytes: Uint8Array) => files.some(file => file.includes(Buffer.from(bytes)));
  expect(Array.from({ length: taken - 1 }, (_, step) => holds(seedOf(step)))).not.toContain(true);
  // That of the last step is still needed, and found this way.
  expect(holds(seedOf(taken - 1))).toBe(true);
});
