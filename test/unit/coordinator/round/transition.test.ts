import type { Member } from '@murmuration/coordinator/round/cohort';
import { begin } from '@murmuration/coordinator/round/phases/gathering';
import type {
  CollectingState,
  Effect,
  RoundEvent,
  RoundState,
  RoundTerms,
  Tally,
  Updates,
} from '@murmuration/coordinator/round/round';
import { transition } from '@murmuration/coordinator/round/transition';
import type { AssignmentId, DeviceId, ModelHash, RoundId, TaskName } from '@murmuration/protocol/ids';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const start = 1_000;

function termsOf({ masked = false, cohortSize = 5, goal = 3, minimum = 2 } = {}): RoundTerms {
  return {
    id: 'R'.repeat(22) as RoundId,
    number: 1,
    plan: {
      task: 'line' as TaskName,
      version: 1,
      model: '0'.repeat(64) as ModelHash,
      training: {
        epochs: 1,
        batchSize: 1,
        learningRate: 1,
        proximal: 0,
        gradientClip: null,
        maxExamples: 1,
        seed: 0,
      },
      update: { kind: 'ring', clip: 1, bits: 8, weighting: 'uniform', weightCap: 1 },
      masking: masked ? { threat: 'honest-but-curious', corrupt: 0, dropping: 0.1, graph: 'complete' } : null,
      largestCohort: cohortSize,
    },
    cohortSize,
    goal,
    minimum,
    startedAt: start,
    limits: { gathering: 100, keys: 10, shares: 20, updates: 1_000, unmasking: 50 },
  };
}

const member = (index: number): Member => ({
  device: `device ${index}` as DeviceId,
  assignment: `assignment ${index}` as AssignmentId,
});
const part = (index: number) => member(index).assignment;
const members = (count: number) => Array.from({ length: count }, (_, index) => member(index));
const model = 'f'.repeat(64) as ModelHash;

function play(state: RoundState, ...events: RoundEvent[]): RoundState {
  return events.reduce((now, event) => transition(now, event).state, state);
}

const gathering = begin(termsOf()).state;
const updates = play(gathering, { type: 'drawn', members: members(5), time: start + 50 }) as Updates;
const counted = (index: number): RoundEvent => ({ type: 'counted', assignment: part(index) });
const left = (index: number): RoundEvent => ({ type: 'left', assignment: part(index) });
const closing = play(updates, counted(0), counted(1), counted(2));
const failed = play(updates, { type: 'abort', reason: 'stopped' });
const published = play(closing, { type: 'published', model });

const types = (effects: readonly Effect[]) => effects.map(({ type }) => type);

describe('one step of a round', () => {
  const after = start + 50 + 1_000;
  const rows: [string, RoundState, RoundEvent, RoundState['phase'], Effect['type'][]][] = [
    ['too few', gathering, { type: 'available', devices: 4 }, 'gathering', []],
    ['the whole cohort', gathering, { type: 'available', devices: 5 }, 'gathering', ['draw']],
    [
      'a cohort that was drawn',
      gathering,
      { type: 'drawn', members: members(5), time: 0 },
      'updates',
      ['wake', 'assign'],
    ],
    ['an early tick', gathering, { type: 'tick', time: start + 99 }, 'gathering', []],
    ['the deadline with nobody', gathering, { type: 'tick', time: start + 100 }, 'failed', ['conclude']],
    [
      'the deadline with one too few',
      play(gathering, { type: 'available', devices: 1 }),
      { type: 'tick', time: start + 100 },
      'failed',
      ['conclude'],
    ],
    [
      'the deadline with the minimum',
      play(gathering, { type: 'available', devices: 2 }),
      { type: 'tick', time: start + 100 },
      'gathering',
      ['draw'],
    ],
    ['an abort', gathering, { type: 'abort', reason: '' }, 'failed', ['conclude']],
    ['an update before its time', gathering, counted(0), 'gathering', []],
    ['a first update', updates, counted(0), 'updates', []],
    ['the goal', play(updates, counted(0), counted(1)), counted(4), 'closing', ['release', 'publish']],
    ['an early tick', updates, { type: 'tick', time: after - 1 }, 'updates', []],
    [
      'the deadline with one update',
      play(updates, counted(0)),
      { type: 'tick', time: after },
      'failed',
      ['conclude'],
    ],
    [
      'the deadline with the minimum',
      play(updates, counted(0), counted(1)),
      { type: 'tick', time: after },
      'closing',
      ['release', 'publish'],
    ],
    ['the last departure that can be borne', play(updates, left(0), left(1)), left(2), 'updates', []],
    ['one departure too many', play(updates, left(0), left(1), left(2)), left(3), 'failed', ['conclude']],
    [
      'the departure of everybody who is missing',
      play(updates, counted(0), counted(1), left(2), left(3)),
      left(4),
      'closing',
      ['release', 'publish'],
    ],
    ['an abort', updates, { type: 'abort', reason: '' }, 'failed', ['conclude']],
    ['a late update', closing, counted(3), 'closing', []],
    ['a late tick', closing, { type: 'tick', time: 1e12 }, 'closing', []],
    ['a version', closing, { type: 'published', model }, 'published', ['conclude']],
    ['an abort', closing, { type: 'abort', reason: '' }, 'failed', ['conclude']],
    ['a version before its time', updates, { type: 'published', model }, 'updates', []],
  ];
  it.each(rows)('%s: %#', (_, state, event, phase, effects) => {
    const step = transition(state, event);
    expect(step.state.phase).toBe(phase);
    expect(types(step.effects)).toEqual(effects);
  });

  it('draws those who are there at the deadline, and takes their number for the goal where it is smaller', () => {
    const two = play(gathering, { type: 'available', devices: 2 });
    expect(transition(two, { type: 'tick', time: start + 100 }).effects).toEqual([
      { type: 'draw', devices: 2 },
    ]);
    const small = play(two, { type: 'drawn', members: members(2), time: start + 100 }) as Updates;
    expect(small.quorum).toMatchObject({ goal: 2, minimum: 2, deadline: start + 100 + 1_000 });
  });

  it('releases those who are still at work, and nobody else', () => {
    const before = play(updates, counted(0), counted(1), left(3), { type: 'away', assignment: part(4) });
    const [release] = transition(before, { type: 'tick', time: after }).effects;
    expect(release).toEqual({ type: 'release', members: [member(2)] });
  });

  it.each([
    ['a stranger', { type: 'counted', assignment: 'stranger' as AssignmentId }],
    ['a stranger who is refused', { type: 'rejected', assignment: 'stranger' as AssignmentId }],
    ['a stranger who leaves', { type: 'left', assignment: 'stranger' as AssignmentId }],
    ['a stranger who is away', { type: 'away', assignment: 'stranger' as AssignmentId }],
    ['a stranger who is back', { type: 'back', assignment: 'stranger' as AssignmentId }],
    ['a second update', counted(0)],
    ['a refusal after the update', { type: 'rejected', assignment: part(0) }],
    ['the departure of one whose update counts', left(0)],
    ['the absence of one whose update counts', { type: 'away', assignment: part(0) }],
    ['an update of one that left', counted(1)],
    ['a refusal of one that left', { type: 'rejected', assignment: part(1) }],
    ['the return of one that left', { type: 'back', assignment: part(1) }],
    ['a second cohort', { type: 'drawn', members: members(3), time: 0 }],
    ['more who wait', { type: 'available', devices: 99 }],
  ] as [string, RoundEvent][])('is not moved by %s', (_, event) => {
    const state = play(updates, counted(0), left(1));
    const step = transition(state, event);
    expect(step.state).toEqual(state);
    expect(step.effects).toEqual([]);
  });

  const keys = play(begin(termsOf({ masked: true })).state, {
    type: 'drawn',
    members: members(5),
    time: start,
  });
  const shares = play(keys, counted(0), counted(1), counted(2), counted(3));

  it.each([
    ['keys', keys],
    ['shares', shares],
  ])('takes the %s of a device that leaves after it has sent them out of the count', (_, phase) => {
    const state = play(phase, counted(0), left(0)) as CollectingState;
    expect(state.quorum.accepted).toBe(0);
    expect(state.cohort.standings[0]).toBe('left');
    const next = play(state, counted(1), counted(2), counted(3), counted(4)) as CollectingState;
    expect(next.phase).not.toBe(state.phase);
    expect(next.cohort.members).not.toContainEqual(member(0));
    expect(next.earlier.lost).toBe(1);
  });

  it('counts who became of what', () => {
    const state = play(
      updates,
      counted(0),
      counted(1),
      { type: 'rejected', assignment: part(2) },
      { type: 'rejected', assignment: part(2) },
      left(3),
      { type: 'away', assignment: part(4) },
      { type: 'tick', time: after },
    );
    expect(state).toMatchObject({
      phase: 'closing',
      contributors: members(5).slice(0, 2),
      tally: { cohort: 5, accepted: 2, rejected: 2, late: 1, lost: 2 },
    });
  });
});

const assignment = fc.integer({ min: 0, max: 8 }).map(part);
const event: fc.Arbitrary<RoundEvent> = fc.oneof(
  fc.record({ type: fc.constant('available' as const), devices: fc.integer({ min: 0, max: 9 }) }),
  fc.record({
    type: fc.constantFrom(
      'counted' as const,
      'rejected' as const,
      'left' as const,
      'away' as const,
      'back' as const,
    ),
    assignment,
  }),
  { weight: 2, arbitrary: fc.record({ type: fc.constant('counted' as const), assignment }) },
  fc.record({
    type: fc.constant('tick' as const),
    time: fc.constantFrom(start, start + 60, start + 100, 1e6),
  }),
  fc.constant({ type: 'published' as const, model }),
  fc.constant({ type: 'unmaskable' as const }),
  fc.constant({ type: 'abort' as const, reason: 'stopped' }),
);

const order: RoundState['phase'][] = [
  'gathering',
  'keys',
  'shares',
  'updates',
  'unmasking',
  'closing',
  'published',
  'failed',
];

function frozen<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value))
    Object.values(Object.freeze(value)).forEach(frozen);
  return value;
}

/** The cohort as drawn, of `drawn` members. */
function checkTally({ cohort, accepted, late, lost, rejected }: Tally, drawn: number): void {
  expect(cohort).toBe(drawn);
  expect(accepted + late + lost).toBe(cohort);
  for (const count of [accepted, late, lost, rejected]) expect(count).toBeGreaterThanOrEqual(0);
}

describe.each([
  ['plain', false],
  ['masked', true],
])('any sequence of events of a %s round', (_, masked) => {
  it('keeps its counts, goes forward only, and ends once', () => {
    fc.assert(
      fc.property(
        fc.array(event, { maxLength: 80, size: 'max' }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 0, max: 3 }),
        (events, minimum, more) => {
          const goal = minimum + more;
          const terms = termsOf({ masked, minimum, goal, cohortSize: goal + 2 });
          let { state } = begin(terms);
          let drawn = 0;
          const performed: Effect['type'][] = [];
          const queue = [...events];
          for (;;) {
            const next = queue.shift();
            if (!next) break;
            // Pure: a write to what was given would throw.
            const step = transition(frozen(state), next);
            expect(order.indexOf(step.state.phase)).toBeGreaterThanOrEqual(order.indexOf(state.phase));
            if (state.phase === 'published' || state.phase === 'failed') {
              expect(step).toEqual({ state, effects: [] });
            }
            state = step.state;
            for (const effect of step.effects) {
              performed.push(effect.type);
              if (effect.type !== 'draw') continue;
              drawn = effect.devices;
              expect(drawn).toBeGreaterThanOrEqual(minimum);
              expect(drawn).toBeLessThanOrEqual(terms.cohortSize);
              queue.unshift({ type: 'drawn', members: members(drawn), time: start + 50 });
            }
            if ('cohort' in state) {
              const { standings, count, members: all } = state.cohort;
              for (const standing of ['working', 'away', 'counted', 'left'] as const)
                expect(count[standing]).toBe(standings.filter(each => each === standing).length);
              expect(state.quorum.accepted).toBe(count.counted);
              expect(all.length + state.earlier.late + state.earlier.lost).toBe(drawn);
            }
            if (state.phase === 'closing') expect(state.contributors).toHaveLength(state.tally.accepted);
            if ('tally' in state) {
              checkTally(state.tally, drawn);
              if (state.phase !== 'failed') expect(state.tally.accepted).toBeGreaterThanOrEqual(minimum);
            }
          }
          const ends = performed.filter(type => type === 'conclude').length;
          expect(ends).toBe(state.phase === 'published' || state.phase === 'failed' ? 1 : 0);
          expect(performed.filter(type => type === 'publish').length).toBeLessThanOrEqual(1);
          if (state.phase === 'published') expect(performed).toContain('publish');
        },
      ),
      { numRuns: 500 },
    );
  });
});

it('a round that is over never changes', () => {
  fc.assert(
    fc.property(event, fc.constantFrom(failed, published), (next, state) => {
      const step = transition(state, next);
      expect(step.state).toBe(state);
      expect(step.effects).toEqual([]);
    }),
  );
});
