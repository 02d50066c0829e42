import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Federation } from '../../server/federation.ts';
import type { MaskedDevice } from '../../server/masked-device.ts';
import { openMaskedCohort } from './masked-cohort.ts';

let federation: Federation;
let devices: MaskedDevice[];
let phase: () => string;

beforeEach(async () => {
  ({ federation, devices, phase } = await openMaskedCohort());
});
afterEach(() => federation.rounds.stop());

describe('a device whose part is taken from it', () => {
  it.each([
    ['keys', 0],
    ['shares', 1],
    ['updates', 2],
  ] as const)('after it has sent what %s asks for is waited for in no later phase', async (name, steps) => {
    const [bad, ...others] = devices as [MaskedDevice, ...MaskedDevice[]];
    for (let step = 0; step < steps; step++) for (const each of devices) await each.step();
    expect(phase()).toBe(name);
    await bad.step();
    federation.disconnect(bad.id);
    await federation.rounds.current!.drop(bad.id);
    for (let step = steps; step < 3; step++) for (const each of others) await each.step();
    for (const each of others) await each.step();
    expect(phase()).toBe('unmasking');
    // Whoever reveals after enough have done so comes too late, and may.
    for (const each of others) await each.step().catch(() => {});
    await federation.clock.advance(0);
    expect(federation.records).toMatchObject([
      // Its update counts where it was sent.
      { outcome: 'published', tally: { cohort: 6, accepted: name === 'updates' ? 6 : 5 } },
    ]);
  });
});
