import type { AssignmentId, DeviceId } from '@murmuration/protocol/ids/ids';
import { isAnyLate, openBuffer } from '@murmuration/rounds/round/phases/buffering';
import { shiftAt, shifted } from '@murmuration/rounds/round/re-anchor';
import type {
  Buffering,
  BufferTerms,
  RoundEvent,
  RoundState,
  Updates,
} from '@murmuration/rounds/round/round';
import { transition } from '@murmuration/rounds/round/transition';
import { describe, expect, it } from 'vitest';

const terms = {
  kind: 'buffer',
  id: 'r',
  plan: { masking: null },
  goal: 2,
  minimum: 1,
  startedAt: 100,
  limits: { gathering: 5, keys: 10, shares: 20, updates: 50, agreement: 30, unmasking: 40 },
  buffer: { concurrency: 3 },
} as unknown as BufferTerms;

/** A device that has to be done at a time. */
const member = (i: number, until: number) => ({
  device: `d${i}` as DeviceId,
  assignment: `a${i}` as AssignmentId,
  base: { model: 'm', until } as never,
});
const of = (type: 'counted' | 'rejected' | 'left' | 'away' | 'back', i: number) =>
  ({ type, assignment: `a${i}` }) as RoundEvent;
const play = (state: RoundState, ...events: RoundEvent[]) =>
  events.reduce((now, event) => transition(now, event).state, state);

const { state: empty, effects } = openBuffer(terms);
const drawn: RoundEvent = {
  type: 'drawn',
  members: [member(0, 130), member(1, 120), member(2, 140)],
  time: 105,
};
const three = play(empty, drawn) as Buffering;

describe('a buffer', () => {
  it('begins without devices, and looks at them after the time of updates', () => {
    expect(empty).toMatchObject({
      phase: 'updates',
      cohort: { members: [] },
      quorum: { goal: 2, deadline: 150 },
    });
    expect(effects).toEqual([{ type: 'wake', time: 150 }]);
  });

  it('draws as many as have room, until it has its goal', () => {
    const draws = (state: RoundState, devices: number) =>
      transition(state, { type: 'available', devices }).effects;
    expect(draws(empty, 2)).toEqual([{ type: 'draw', devices: 2 }]);
    expect(draws(empty, 9)).toEqual([{ type: 'draw', devices: 3 }]);
    expect(draws(empty, 0)).toEqual([]);
    expect(draws(three, 9)).toEqual([]);
    expect(draws(play(three, of('away', 0)), 9)).toEqual([]);
    expect(draws(play(three, of('counted', 0)), 9)).toEqual([{ type: 'draw', devices: 1 }]);
    expect(draws(play(three, of('counted', 0), of('counted', 1)), 9)).toEqual([]);
  });

  it('takes devices in, each once, and wakes for the first that has to be done', () => {
    const step = transition(empty, drawn);
    expect(step.effects).toEqual([
      { type: 'wake', time: 120 },
      { type: 'assign', members: (drawn as { members: unknown }).members },
    ]);
    expect(three.deadlines).toEqual({ keys: 120, shares: 120, updates: 120, agreement: 120, unmasking: 120 });
    expect(transition(three, drawn)).toEqual({ state: three, effects: [] });
    const fourth = { type: 'drawn', members: [member(0, 1), member(3, 110)], time: 106 } as RoundEvent;
    const { effects: more } = transition(three, fourth);
    expect(more).toEqual([
      { type: 'wake', time: 110 },
      { type: 'assign', members: [member(3, 110)] },
    ]);
  });

  it('counts updates and refusals of those that may send', () => {
    const some = play(
      three,
      of('counted', 0),
      of('rejected', 1),
      of('rejected', 0),
      of('counted', 0),
    ) as Buffering;
    expect(some.quorum).toMatchObject({ accepted: 1, rejected: 1 });
    const gone = play(some, of('left', 1), of('left', 0), of('left', 9)) as Buffering;
    expect([gone.earlier, gone.cohort.members.length]).toEqual([{ rejected: 0, late: 0, lost: 1 }, 2]);
    const away = play(three, of('away', 1)) as Buffering;
    expect(away.cohort.standings).toEqual(['working', 'away', 'working']);
    expect((play(away, of('back', 1)) as Buffering).cohort.standings[1]).toBe('working');
    expect(transition(away, of('away', 1)).state).toBe(away);
  });

  it('loses those that are late, tells those at work, and waits for the next', () => {
    const before = play(three, of('away', 1), of('counted', 2)) as Buffering;
    expect([isAnyLate(before, 119), isAnyLate(before, 120)]).toEqual([false, true]);
    expect(transition(before, { type: 'tick', time: 119 })).toEqual({ state: before, effects: [] });
    const one = transition(before, { type: 'tick', time: 120 });
    expect(one.effects).toEqual([{ type: 'wake', time: 130 }]);
    expect(one.state).toMatchObject({ earlier: { late: 1 }, quorum: { accepted: 1 } });
    const none = transition(one.state, { type: 'tick', time: 130 });
    expect(none.effects).toEqual([
      { type: 'wake', time: 180 },
      { type: 'release', members: [member(0, 130)] },
    ]);
    expect(transition(none.state, { type: 'tick', time: 180 })).toEqual({ state: none.state, effects: [] });
  });

  it('closes with what it has once it is full and due, and hands on those at work', () => {
    const full = play(three, of('counted', 0), of('counted', 2), of('rejected', 1));
    expect(full.phase).toBe('updates');
    expect(play(play(three, { type: 'due' }), of('counted', 0)).phase).toBe('updates');
    const { state, effects: closing } = transition(full, { type: 'due' });
    expect(state).toMatchObject({
      phase: 'closing',
      contributors: [member(0, 130), member(2, 140)],
      tally: { cohort: 2, accepted: 2, rejected: 1, late: 0, lost: 0 },
    });
    expect(closing).toEqual([{ type: 'carry', members: [member(1, 120)] }, { type: 'publish' }]);
    const lost = play(three, of('left', 1), { type: 'tick', time: 130 }, of('counted', 2));
    expect(play(lost, { type: 'succeeded' })).toMatchObject({
      phase: 'closing',
      tally: { cohort: 3, accepted: 1, late: 1, lost: 1 },
    });
  });

  it('fails by its end, by more than one missing after a restart, and by many losses', () => {
    expect(play(three, { type: 'abort', reason: 'No.' })).toMatchObject({ phase: 'failed', reason: 'No.' });
    expect(play(three, { type: 'succeeded' })).toMatchObject({
      phase: 'failed',
      reason: 'Only 0 of 2 updates are left after a restart.',
    });
    // 20 for each of five places may be lost.
    const losses = (count: number) => {
      const members = Array.from({ length: count }, (_, i) => member(i, 200));
      const all = members.map((_, i) => of('left', i));
      return play(empty, { type: 'drawn', members, time: 100 }, ...all);
    };
    expect(losses(100).phase).toBe('updates');
    expect(losses(101)).toMatchObject({
      phase: 'failed',
      reason:
        '101 devices were lost before 2 updates had come; give them more time (deadlines.updates), or ask for less training.',
    });
  });
});

describe('a round whose clock was set back', () => {
  const deadlines = { keys: 110, shares: 130, updates: 180, agreement: 210, unmasking: 250 };
  const shares = {
    ...three,
    phase: 'shares',
    terms: { ...terms, kind: 'cohort' },
    deadlines,
  } as unknown as Updates;
  const at = (deadline: number) => ({ ...shares, quorum: { ...shares.quorum, deadline } });

  it('gets the whole time of its phase again where its deadline is further than phases may last', () => {
    // Keys and shares may last 30.
    expect([shiftAt(at(130), 100), shiftAt(at(130), 99)]).toEqual([0, 99 + 20 - 130]);
    expect([shiftAt(three, 70), shiftAt(three, 69)]).toEqual([0, 69 + 50 - 120]);
    const gathering = { phase: 'gathering', terms, quorum: { deadline: 105 } } as unknown as RoundState;
    expect([shiftAt(gathering, 100), shiftAt(gathering, 99)]).toEqual([0, 99 + 5 - 105]);
    expect(shiftAt({ phase: 'closing' } as RoundState, 0)).toBe(0);
  });

  it('has all deadlines moved, also those of its devices', () => {
    const { state, effects: wakes } = shifted(three, -15);
    expect(wakes).toEqual([{ type: 'wake', time: 105 }]);
    expect(state).toMatchObject({
      quorum: { deadline: 105 },
      deadlines: { keys: 105, unmasking: 105 },
      cohort: { members: [member(0, 115), member(1, 105), member(2, 125)] },
    });
    expect(shifted(shares, 5).state).toMatchObject({ deadlines: { keys: 115, unmasking: 255 } });
    const gathering = { phase: 'gathering', terms, quorum: { deadline: 105 } } as unknown as RoundState;
    expect(transition(gathering, { type: 'shifted', by: -5 })).toEqual({
      state: { ...gathering, quorum: { deadline: 100 } },
      effects: [{ type: 'wake', time: 100 }],
    });
    const closing = { phase: 'closing' } as RoundState;
    expect(shifted(closing, 5)).toEqual({ state: closing, effects: [] });
  });
});
