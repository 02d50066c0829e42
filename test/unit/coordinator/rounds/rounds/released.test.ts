import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Federation } from '../../server/federation.ts';
import type { MaskedDevice } from '../../server/masked-device.ts';
import { openMaskedCohort } from './masked-cohort.ts';

let federation: Federation;
let devices: MaskedDevice[];
let phase: () => string;

beforeEach(async () => {
  // Six are drawn, five are in the graph: one is let go once the others have sent their keys.
  ({ federation, devices, phase } = await openMaskedCohort({
    cohort: { goal: 4, minimum: 4, overSelection: 1.5 },
  }));
});
afterEach(() => federation.rounds.stop());

describe('a device that a round has let go', () => {
  it.each([false, true])('hears so, whatever of it was on its way; connected again: %s', async isBack => {
    const [late, ...others] = devices as [MaskedDevice, ...MaskedDevice[]];
    const { assignment } = late.part!;
    const strange = others[0]!.part!.assignment;
    expect(phase()).toBe('keys');
    for (const each of others) await each.step();
    await federation.clock.advance(0);
    expect(phase()).toBe('shares');
    if (isBack) {
      federation.disconnect(late.id);
      federation.connect(late.id);
    }
    const refused = { code: 'round.closed' };
    await expect(late.send({ kind: 'keys', bytes: new Uint8Array(64) }, assignment)).rejects.toMatchObject(
      refused,
    );
    // What is another's is no part of it.
    await expect(late.send({ kind: 'keys', bytes: new Uint8Array(64) }, strange)).rejects.toMatchObject({
      code: 'assignment.unknown',
    });
  });
});
