import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Federation, openFederation } from '../federation.ts';
import { MaskedDevice } from '../masked-device.ts';

let federation: Federation;
let devices: MaskedDevice[];

beforeEach(async () => {
  federation = await openFederation({
    task: {
      masking: { threat: 'malicious', corrupt: 0.05, dropping: 0.1 },
      update: { kind: 'ring', clip: 2, bits: 12, weightCap: 4 },
      cohort: { goal: 6, minimum: 4, overSelection: 1 },
      deadlines: { gathering: '10 s', keys: '5 s', shares: '5 s', updates: '60 s', unmasking: '5 s' },
    },
  });
  devices = Array.from({ length: 6 }, (_, index) => new MaskedDevice(federation, index));
  await federation.rounds.start();
  await federation.clock.advance(0);
  for (const { id } of devices) federation.checkIn(id);
  await federation.clock.advance(0);
});
afterEach(() => federation.rounds.stop());

const phase = () => federation.rounds.current!.state.phase;

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
    // Whoever reveals after enough have done so comes too late, and may.
    for (const each of others) await each.step().catch(() => {});
    await federation.clock.advance(0);
    expect(federation.records).toMatchObject([
      // Its update counts where it was sent.
      { outcome: 'published', tally: { cohort: 6, accepted: name === 'updates' ? 6 : 5 } },
    ]);
  });
});
