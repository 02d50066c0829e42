import type { TaskDefinition } from '@murmuration/rounds/task/define-task';
import type { MemoryRounds } from '@murmuration/storage/memory/rounds';
import { expect } from 'vitest';
import { type Federation, openFederation } from '../../server/federation.ts';
import { maskedDeadlines } from '../../server/masked-deadlines.ts';
import { MaskedDevice } from '../../server/masked-device.ts';

const definition = {
  masking: { threat: 'malicious', corrupt: 0.05, dropping: 0.1 },
  update: { kind: 'ring', clip: 2, bits: 12, weightCap: 4 },
  cohort: { goal: 6, minimum: 4, overSelection: 1 },
  deadlines: maskedDeadlines,
} as Partial<TaskDefinition>;

/** Six devices, all of them in the graph and each of them a neighbour of all others, at the beginning of a masked round. */
export async function openMaskedCohort(
  change: Partial<TaskDefinition> = {},
  store?: MemoryRounds,
): Promise<{ federation: Federation; devices: MaskedDevice[]; phase: () => string }> {
  const federation = await openFederation({
    ...(store && { store }),
    task: { ...definition, ...change } as Partial<TaskDefinition>,
  });
  const { rounds, clock } = federation;
  const devices = Array.from({ length: 6 }, (_, index) => new MaskedDevice(federation, index));
  await rounds.start();
  await clock.advance(0);
  for (const { id } of devices) federation.checkIn(id);
  await clock.advance(0);
  return { federation, devices, phase: () => rounds.current!.state.phase };
}

/** Another coordinator, which goes on with the round of such a cohort `ms` later, or earlier, by its clock. */
export async function goOn(before: Federation, store: MemoryRounds, ms = 0): Promise<Federation> {
  const start = before.clock.now() + ms;
  const later = await openFederation({ task: definition, store, seed: 2, start });
  await later.rounds.resume(await store.underWay());
  return later;
}

/** Brings the round of such a cohort to its end, without the update of the first device, which is lost after its shares. */
export async function endWithoutOne({
  federation,
  devices: [lost, ...others],
  phase,
}: Awaited<ReturnType<typeof openMaskedCohort>>): Promise<void> {
  const { clock, records } = federation;
  for (let step = 0; step < 2; step++) {
    for (const device of [lost!, ...others]) await device.step();
    await clock.advance(0);
  }
  federation.disconnect(lost!.id);
  for (let step = 0; step < 3; step++) {
    expect(phase()).toBe(['updates', 'agreement', 'unmasking'][step]);
    for (const device of others) await device.step();
    await clock.advance(step === 0 ? 2_000 : 0);
  }
  await expect.poll(() => records.length).toBe(1);
  expect(records[0]).toMatchObject({ outcome: 'published', tally: { accepted: 5 } });
}
