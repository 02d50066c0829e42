import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryStorage } from '@murmuration/client-sdk/node';
import { OwnVectors } from '@murmuration/client-sdk/update/own-vectors';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import type { ModelVersion } from '@murmuration/rounds/registry/model-version';
import type { Head } from '@murmuration/rounds/registry/ports';
import { scaffold } from '@murmuration/rounds/strategy/scaffold';
import { openStorage } from '@murmuration/storage/storage';
import { afterEach, expect, it } from 'vitest';
import { enrolmentToken, eventOf, lineClient, lineTask } from './line.ts';

let cleanUp: (() => Promise<unknown>)[] = [];

async function end(): Promise<void> {
  for (const clean of cleanUp.reverse()) await clean();
  cleanUp = [];
}

afterEach(end);

const limit = '1 min';
const task = lineTask({
  update: { clip: 1, bits: 12, weighting: 'uniform' },
  strategy: scaffold({ population: 3 }),
  cohort: { goal: 3, minimum: 3, overSelection: 1 },
  deadlines: { gathering: limit, updates: limit },
});
const devices = Array.from({ length: 3 }, () => memoryStorage());

/** What a coordinator over a folder makes of rounds of the same devices, until a version of that number. */
async function trainUntil(folder: string, number: number): Promise<Head> {
  const storage = await openStorage(folder, systemClock);
  cleanUp.push(() => storage.close());
  const config = parseConfig({ port: 0, enrolmentTokens: [enrolmentToken], log: 'silent' });
  const coordinator: Coordinator = await createCoordinator(config, [task], {
    clock: systemClock,
    random: systemRandom,
    storage,
  });
  cleanUp.push(() => coordinator.stop());
  const reached = eventOf<[ModelVersion]>(coordinator.events, 'version', version => version.number >= number);
  for (const [index, kept] of devices.entries()) {
    const client = lineClient(coordinator.url, index, kept);
    cleanUp.push(() => client.stop());
    await client.start();
  }
  await coordinator.start();
  await reached;
  const head = (await storage.history.at(task.name, number))!;
  await end();
  return head;
}

it('RD21: goes on from its control variates after a restart, over real sockets and files', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'murmuration-control-'));
  try {
    const before = await trainUntil(folder, 2);
    const countedIn = ({ state }: Head) => [...(state.rounds as Float32Array)].filter(round => round > 0);
    expect((before.state.control as Float32Array).some(value => value !== 0)).toBe(true);
    expect(countedIn(before)).toHaveLength(2);
    for (const kept of devices) {
      const bytes = (await kept.get('control.line'))!;
      const [first] = await new OwnVectors(kept, 'control.line').load(bytes.slice(4, 36));
      // Whose update came last hears that it counts together with the end of the round.
      expect(first).toMatchObject({ number: 1, isCounted: true });
    }
    const after = await trainUntil(folder, 4);
    expect(after.state.origin).toBe(before.state.origin);
    // The rounds before are in c still, with those since.
    expect(countedIn(after)).toHaveLength(4);
    expect(countedIn(after).slice(2)).toEqual(countedIn(before));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
