import type { AssignmentId, DeviceId, ModelHash, RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import type { ThreatModel } from '@murmuration/protocol/secagg/assumptions';
import type { Member } from '@murmuration/rounds/round/cohort';
import { graceOf } from '@murmuration/rounds/round/phases/collecting';
import { begin } from '@murmuration/rounds/round/phases/gathering';
import type {
  Agreement,
  CohortTerms,
  CollectingState,
  Effect,
  RoundEvent,
  RoundState,
  Tally,
  Updates,
} from '@murmuration/rounds/round/round';
import { transition } from '@murmuration/rounds/round/transition';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const start = 1_000;

interface Shape {
  readonly masked?: boolean;
  readonly threat?: ThreatModel;
  readonly cohortSize?: number;
  readonly goal?: number;
  readonly minimum?: number;
}

const grace = 7;

function termsOf({
  masked = false,
  threat = 'malicious',
  cohortSize = 5,
  goal = 3,
  minimum = 2,
}: Shape = {}): CohortTerms {
  return {
    kind: 'cohort',
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
      masking: masked ? { threat, corrupt: 0, dropping: 0.1, graph: 'complete' } : null,
      largestCohort: cohortSize,
      grace,
    },
    cohortSize,
    goal,
    minimum,
    startedAt: start,
    limits: { gathering: 100, keys: 10, shares: 20, updates: 1_000, agreement: 40, unmasking: 50 },
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
const { plan, ...terms } = termsOf();
const buffer = begin({ ...terms, plan: { ...plan, bases: [{ model: plan.model, weight: 1 }] } }).state;
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
      'the deadline of a masked buffer with one too few, whose devices keep what they have',
      play(buffer, { type: 'available', devices: 1 }),
      { type: 'tick', time: start + 100 },
      'gathering',
      ['wake'],
    ],
    [
      'the deadline of a masked buffer with enough',
      play(buffer, { type: 'available', devices: 4 }),
      { type: 'tick', time: start + 100 },
      'gathering',
      ['draw'],
    ],
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

  const tick = (time: number): RoundEvent => ({ type: 'tick', time });
  const leaving = [left(0), left(1), left(2), left(3)];
  const asked = begin({ ...terms, plan: { ...plan, query: new Uint8Array(1) } }).state;
  const inKeys = play(begin(termsOf({ masked: true })).state, {
    type: 'drawn',
    members: members(5),
    time: start,
  });
  const curious = play(begin(termsOf({ masked: true, threat: 'honest-but-curious' })).state, {
    type: 'drawn',
    members: members(5),
    time: start,
  });
  const four = [0, 1, 2, 3].map(counted);
  // biome-ignore format: one failure a line
  it.each<[string, RoundState, RoundEvent, string]>([
    ['gathering', gathering, tick(start + 100), '0 of at least 2 devices had checked in at the deadline.'],
    ['gathering for a query', asked, tick(start + 100), '0 of at least 2 devices that would answer had checked in at the deadline: a device answers once in the period of the query.'],
    ['keys', inKeys, tick(start + 10), '0 of at least 2 devices had sent their keys at the deadline.'],
    ['shares', play(inKeys, ...four), tick(start + 30), '0 of at least 2 devices had sent their shares at the deadline.'],
    ['updates', play(updates, counted(0)), tick(after), '1 of at least 2 devices had sent their updates at the deadline.'],
    ['updates, by departures', play(updates, ...leaving.slice(1)), left(4), 'Too many devices left: 0 have sent their updates, 1 may, at least 2 are needed.'],
    ['agreement', play(inKeys, ...four, ...four, ...four), tick(start + 1_070), '0 of 4 contributors agreed to whose updates count, too few to take the masks off.'],
    ['unmasking', play(curious, ...four, ...four, ...four, counted(0)), tick(1e6), '1 of 4 contributors revealed shares, too few to take the masks off.'],
    ['an abort', updates, { type: 'abort', reason: 'No.' }, 'No.'],
  ])('says why it failed in %s', (_, state, event, reason) => {
    expect(play(state, event)).toMatchObject({ phase: 'failed', reason });
  });

  it('says who has ended it, where somebody has', () => {
    const end: RoundEvent = { type: 'abort', reason: '', endedBy: 'operator' };
    expect(play(updates, end)).toMatchObject({ phase: 'failed', endedBy: 'operator' });
    expect(play(updates, { type: 'abort', reason: '' })).not.toHaveProperty('endedBy');
    for (const state of [failed, published]) expect(play(state, end)).toBe(state);
  });

  it('draws all devices that there are, once they reach the minimum', () => {
    const draws = (devices: number, areAll: boolean) =>
      transition(gathering, { type: 'available', devices, areAll }).effects;
    expect([draws(1, true), draws(2, false), draws(4, false)]).toEqual([[], [], []]);
    expect(draws(2, true)).toEqual([{ type: 'draw', devices: 2 }]);
    expect(draws(9, true)).toEqual([{ type: 'draw', devices: 5 }]);
  });

  it('draws those who are there at the deadline, and takes their number for the goal where it is smaller', () => {
    const two = play(gathering, { type: 'available', devices: 2 });
    expect(transition(two, { type: 'tick', time: start + 100 }).effects).toEqual([
      { type: 'draw', devices: 2 },
    ]);
    const small = play(two, { type: 'drawn', members: members(2), time: start + 100 }) as Updates;
    expect(small.quorum).toMatchObject({ goal: 2, minimum: 2, deadline: start + 100 + 1_000 });
  });

  it('RD13: releases those who are still at work, and nobody else', () => {
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

  const away = (index: number): RoundEvent => ({ type: 'away', assignment: part(index) });
  const back = (index: number): RoundEvent => ({ type: 'back', assignment: part(index) });
  const settled = (index: number): RoundEvent => ({ type: 'settled', assignment: part(index) });
  const graced: RoundEvent = { type: 'graced', time: start };
  const training = play(shares, counted(0), counted(1), counted(2), counted(3));
  const agreement = play(training, counted(0), counted(1), counted(2), counted(3)) as Agreement;
  const agreementEnds = start + 10 + 20 + 1_000 + 40;

  describe('of a masked one', () => {
    it.each([
      ['an honest-but-curious', 'unmasking'],
      ['a semi-malicious', 'agreement'],
      ['a malicious', 'agreement'],
    ] as const)('goes from updates under %s coordinator to %s', (name, phase) => {
      const threat = name.replace(/^an? /, '') as ThreatModel;
      const drawn = { type: 'drawn', members: members(3), time: start } as const;
      const keyed = play(begin(termsOf({ masked: true, threat, cohortSize: 3 })).state, drawn);
      const all = [counted(0), counted(1), counted(2)];
      const ready = play(keyed, ...all, ...all, counted(0), counted(1));
      expect(ready.phase).toBe('updates');
      const { state, effects } = transition(ready, counted(2));
      expect(state.phase).toBe(phase);
      expect(effects).toEqual([
        { type: 'release', members: [] },
        { type: 'open', phase, members: members(3) },
        expect.objectContaining({ type: 'wake' }),
      ]);
    });

    it('waits in agreement for all who contributed, and needs nobody but those who settle it', () => {
      expect(agreement).toMatchObject({
        phase: 'agreement',
        settled: new Set(),
        quorum: { goal: 4, minimum: 0, accepted: 0, deadline: agreementEnds },
      });
      const some = play(agreement, counted(0), counted(1)) as Agreement;
      expect([some.phase, some.settled.has(0), some.quorum.accepted]).toEqual(['agreement', false, 2]);
      const enough = play(some, settled(2)) as Agreement;
      expect([enough.phase, enough.settled.has(0), enough.quorum.accepted]).toEqual(['agreement', true, 3]);
      const { state, effects } = transition(enough, counted(3));
      expect(state).toMatchObject({ phase: 'unmasking', cohort: { members: members(4) } });
      expect(effects).toEqual([
        { type: 'open', phase: 'unmasking', members: members(4) },
        { type: 'wake', time: agreementEnds + 50 },
      ]);
    });

    it('goes to unmasking with the agreement that is the last one and settles it', () => {
      const last = play(agreement, counted(0), counted(1), counted(2));
      expect(play(last, settled(3)).phase).toBe('unmasking');
      // Once said, it stays settled, whoever says it again.
      expect(play(agreement, settled(0), settled(0), counted(1), counted(2), counted(3)).phase).toBe(
        'unmasking',
      );
    });

    it('takes those who have not agreed at the deadline with it where it is settled, and fails where not', () => {
      const tick: RoundEvent = { type: 'tick', time: agreementEnds };
      const next = play(agreement, counted(0), counted(1), settled(2), tick) as CollectingState;
      expect(next).toMatchObject({ phase: 'unmasking', cohort: { count: { working: 4, counted: 0 } } });
      expect(play(agreement, counted(0), counted(1), tick)).toMatchObject({
        phase: 'failed',
        during: 'agreement',
        reason: expect.stringMatching(/^2 of 4 contributors agreed/),
        tally: { cohort: 5, accepted: 4, late: 1, lost: 0 },
      });
      expect(play(agreement, settled(0), { type: 'tick', time: agreementEnds - 1 }).phase).toBe('agreement');
    });

    it('leaves in the sum whoever leaves once its update counts, and waits for it in no later phase', () => {
      const some = play(training, counted(0), counted(1), left(0));
      expect(some).toMatchObject({
        phase: 'updates',
        quorum: { accepted: 2 },
        cohort: { count: { left: 0 } },
      });
      expect(transition(some, left(0))).toEqual({ state: some, effects: [] });
      const agreeing = play(some, counted(2), counted(3)) as Agreement;
      expect(agreeing).toMatchObject({
        phase: 'agreement',
        cohort: { members: members(4), count: { working: 3, left: 1 } },
      });
      expect(play(agreeing, counted(1), counted(2), settled(3))).toMatchObject({
        phase: 'unmasking',
        cohort: { members: members(4), count: { working: 3, left: 1 } },
      });
    });

    it('leaves in the sum whoever leaves in agreement, and does not wait for it', () => {
      expect(play(agreement, left(0), counted(1), counted(2), settled(3))).toMatchObject({
        phase: 'unmasking',
        cohort: { members: members(4) },
      });
      expect(play(agreement, left(0), counted(1), counted(2), counted(3)).phase).toBe('failed');
    });

    it.each([
      ['a stranger who settles', { type: 'settled', assignment: 'stranger' as AssignmentId }],
      ['one that has left and settles', settled(1)],
      ['one that has agreed and settles', settled(0)],
      ['a second agreement', counted(0)],
    ] as [string, RoundEvent][])('is not moved in agreement by %s', (_, event) => {
      const state = play(agreement, counted(0), left(1));
      expect(transition(state, event)).toEqual({ state, effects: [] });
    });

    it('that is not in agreement yet is not settled', () => {
      for (const state of [keys, shares, training]) expect(transition(state, settled(0)).state).toBe(state);
    });
  });

  describe('while devices have no connection', () => {
    const masked: [CollectingState['phase'], RoundState, RoundState['phase']][] = [
      ['keys', keys, 'shares'],
      ['shares', shares, 'updates'],
      ['updates', training, 'agreement'],
    ];

    it.each(masked)(
      'waits in %s for the grace, once it has enough and everybody else has answered',
      (_, phase, next) => {
        const grace = (state: RoundState) => graceOf(state as CollectingState);
        const one = play(phase, away(0), counted(1));
        expect(grace(one)).toBeUndefined();
        const enough = play(one, counted(2));
        const others = (enough as CollectingState).cohort.count.working;
        expect(others).toBeGreaterThan(0);
        expect(grace(enough)).toBeUndefined();
        const alone = play(enough, ...(others === 1 ? [left(3)] : [left(3), left(4)]));
        expect(grace(alone)).toBe(7);
        // Whoever is back is waited for again, to the deadline.
        expect(grace(play(alone, back(0)))).toBeUndefined();
        expect(grace(play(alone, back(0), away(0)))).toBe(7);
        const closed = play(alone, graced) as CollectingState;
        expect(closed.phase).toBe(next);
        expect(closed.cohort.members).toEqual([member(1), member(2)]);
        expect(closed.earlier.lost).toBeGreaterThanOrEqual(2);
      },
    );

    it.each(masked)('stays in %s below the minimum, whatever the grace', (_, phase) => {
      const below = play(phase, away(0), away(2), away(3), away(4), counted(1)) as CollectingState;
      expect([below.cohort.count.working, graceOf(below)]).toEqual([0, undefined]);
      expect(play(below, graced)).toBe(below);
    });

    it('waits in agreement for the grace once it is settled, and takes them along', () => {
      const gone = play(agreement, away(3), counted(0), counted(1)) as Agreement;
      expect(graceOf(gone)).toBeUndefined();
      expect(play(gone, graced)).toBe(gone);
      const enough = play(gone, settled(2)) as Agreement;
      expect(graceOf(enough)).toBe(7);
      expect(graceOf(play(enough, back(3)) as Agreement)).toBeUndefined();
      expect(play(enough, graced)).toMatchObject({ phase: 'unmasking', cohort: { members: members(4) } });
      const unsettled = play(gone, counted(2)) as Agreement;
      expect([unsettled.cohort.count.working, graceOf(unsettled)]).toEqual([0, undefined]);
      expect(play(unsettled, graced)).toBe(unsettled);
    });

    describe.each([
      ['agreed', 'malicious', 'agreement', 'settled', 'unmasking'],
      ['were unmasked', 'honest-but-curious', 'unmasking', 'unmaskable', 'closing'],
    ] as const)('whose groups of 2 contributors %s', (_, threat, phase, type, next) => {
      const dealt = members(4).map((each, index) => ({ ...each, group: index % 2 }));
      const all = [0, 1, 2, 3].map(counted);
      function ended(minimum: number): RoundState {
        const shape = { masked: true, threat, cohortSize: 4, goal: 4, minimum } as const;
        const drawn = play(begin(termsOf(shape)).state, { type: 'drawn', members: dealt, time: start });
        const waiting = play(drawn, ...all, ...all, ...all) as CollectingState;
        const one = play(waiting, { type, assignment: part(0) });
        expect([waiting.phase, one.phase]).toEqual([phase, phase]);
        return play(one, { type: 'tick', time: waiting.quorum.deadline });
      }

      it('goes on without the other group where they are enough', () => {
        const contributors = [dealt[0], dealt[2]];
        const kept = next === 'closing' ? { contributors } : { cohort: { members: contributors } };
        expect(ended(2)).toMatchObject({ phase: next, ...kept });
      });

      it('fails where they are not', () => {
        const reason = expect.stringMatching(/roups .* 2 contributors.*; at least 3 are needed\.$/);
        expect(ended(3)).toMatchObject({ phase: 'failed', during: phase, reason });
      });
    });

    it('waits in unmasking for enough, whatever the grace', () => {
      const unmasking = play(
        agreement,
        settled(0),
        counted(1),
        counted(2),
        counted(3),
        away(0),
        left(1),
        left(2),
        left(3),
      );
      expect(unmasking.phase).toBe('unmasking');
      expect(graceOf(unmasking as CollectingState)).toBeUndefined();
      expect(play(unmasking, graced)).toBe(unmasking);
    });

    it('waits for nobody longer in a plain round than to its deadline, and no shorter', () => {
      const plain = play(updates, counted(0), counted(1), left(2), left(3), away(4)) as CollectingState;
      expect([plain.cohort.count.working, graceOf(plain)]).toEqual([0, undefined]);
    });
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
      'settled' as const,
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
  fc.record({ type: fc.constant('graced' as const), time: fc.constant(start + 70) }),
  fc.constant({ type: 'published' as const, model }),
  assignment.map(id => ({ type: 'unmaskable' as const, assignment: id })),
  fc.constant({ type: 'abort' as const, reason: 'stopped' }),
);

const order: RoundState['phase'][] = [
  'gathering',
  'keys',
  'shares',
  'updates',
  'agreement',
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

describe.each<[string, Shape]>([
  ['plain', {}],
  ['masked', { masked: true }],
  ['masked, trusting', { masked: true, threat: 'honest-but-curious' }],
])('any sequence of events of a %s round', (_, shape) => {
  it('keeps its counts, goes forward only, and ends once', () => {
    fc.assert(
      fc.property(
        fc.array(event, { maxLength: 80, size: 'max' }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 0, max: 3 }),
        (events, minimum, more) => {
          const goal = minimum + more;
          const terms = termsOf({ ...shape, minimum, goal, cohortSize: goal + 2 });
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
