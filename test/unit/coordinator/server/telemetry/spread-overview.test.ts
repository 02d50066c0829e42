import type { LiveRound } from '@murmuration/api/overview';
import { liveRound } from '@murmuration/api/overview';
import { type SeenPart, waitsForParts, withParts } from '@murmuration/coordinator/telemetry/spread-overview';
import type { PartProgress, Standings } from '@murmuration/rounds/round/progress';
import { describe, expect, it } from 'vitest';
import { roundA } from '../../../../contract/rounds.ts';

const iso = (time: number) => new Date(time).toISOString();
const nobody: Standings = { size: 0, waiting: 0, working: 0, done: 0, lost: 0, late: 0 };
/** As the cell that leads knows it. */
const led: LiveRound = {
  round: roundA,
  number: 3,
  planVersion: 1,
  base: 'a'.repeat(64),
  startedAt: iso(0),
  query: null,
  phase: 'updates',
  deadline: iso(900_000),
  quorum: { accepted: 0, goal: 40, minimum: 12 },
  cohort: nobody,
  unmasked: null,
  phases: [],
  parts: null,
};

const part = (
  phase: PartProgress['phase'],
  accepted: number,
  goal: number,
  cohort: Partial<Standings> = {},
  deadline: number | null = 60_000,
): SeenPart => ({
  progress: { round: roundA, phase, accepted, goal, deadline, cohort: { ...nobody, ...cohort } },
  hasCell: true,
});
const unheard: SeenPart = { progress: null, hasCell: false };

describe('a spread round in the overview', () => {
  it('is as far as the last of its parts, with the devices of all of them', () => {
    const shown = withParts(led, [
      part('keys', 3, 10, { size: 12, working: 9, done: 3 }, 70_000),
      part('keys', 5, 11, { size: 11, working: 5, done: 5, lost: 1 }, 80_000),
      part('updates', 2, 9, { size: 10, working: 7, done: 2, late: 1 }, 90_000),
      unheard,
    ]);
    expect(liveRound.parse(shown)).toEqual(shown);
    expect(shown).toMatchObject({
      phase: 'keys',
      deadline: iso(80_000),
      // The ten that are further have had what they waited for.
      quorum: { accepted: 18, goal: 31, minimum: 12 },
      cohort: { size: 33, working: 21, done: 10, lost: 1, late: 1, waiting: 0 },
      parts: [
        { phase: 'keys', accepted: 3, goal: 10, hasCell: true },
        { phase: 'keys', accepted: 5, goal: 11, hasCell: true },
        { phase: 'updates', accepted: 2, goal: 9, hasCell: true },
        { phase: null, accepted: 0, goal: 0, hasCell: false },
      ],
    });
    expect(waitsForParts(shown)).toEqual({ what: 'cohort', devices: 13, until: iso(80_000) });
  });

  it('waits for devices while a part gathers, as many as the parts that gather lack', () => {
    const gathering = { ...led, phase: 'gathering', cohort: { ...nobody, size: 40 } } as const;
    const shown = withParts(gathering, [
      part('gathering', 4, 20, { size: 20, waiting: 4 }),
      part('updates', 0, 20, { size: 20, working: 20 }),
    ]);
    expect(shown).toMatchObject({ phase: 'gathering', cohort: { size: 40, waiting: 4, working: 20 } });
    expect(waitsForParts(shown)).toEqual({ what: 'check-ins', devices: 16, until: iso(60_000) });
  });

  it('keeps to what the leading cell says where nothing was heard, and once it closes', () => {
    expect(withParts(led, [unheard, unheard])).toEqual({
      ...led,
      parts: Array(2).fill({ phase: null, accepted: 0, goal: 0, hasCell: false }),
    });
    const closing = { ...led, phase: 'closing', quorum: null, deadline: null } as const;
    const shown = withParts(closing, [part('published', 8, 8, { size: 9, done: 8 }, null), unheard]);
    expect(shown).toMatchObject({
      phase: 'closing',
      quorum: null,
      parts: [{ phase: 'published', accepted: 8 }, {}],
    });
    expect(waitsForParts(shown)).toEqual({ what: 'coordinator', devices: 0, until: null });
    // All sums are there, and the leading cell has not seen them yet.
    const over = withParts(led, [
      part('published', 8, 8, { size: 9, done: 8 }, null),
      part('failed', 1, 1, {}, null),
    ]);
    expect(over).toMatchObject({ phase: 'updates', cohort: { size: 9, done: 8 } });
  });
});
