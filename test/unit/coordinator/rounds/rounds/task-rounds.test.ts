import { prepareUpdate } from '@murmuration/client-sdk/update/prepare';
import type { AssignmentId, RoundId } from '@murmuration/protocol/ids/ids';
import type { Assignment } from '@murmuration/protocol/messages/round';
import { settled } from '@murmuration/protocol/time/virtual-clock';
import { median } from '@murmuration/rounds/strategy/median';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../seeded-random.ts';
import { deviceId, type Federation, layout, openFederation, updateOf } from '../../server/federation.ts';

/** Four devices check in, and the round of four begins. */
async function beginRound(federation: Federation): Promise<void> {
  for (let i = 0; i < 5; i++) federation.checkIn(deviceId(i));
  await federation.clock.advance(0);
}

/** Every device with an assignment sends the same update. */
function submitAll({ channel, rounds }: Federation): void {
  for (const { assignment, round } of channel.assignments.values()) {
    if (rounds.current?.state.phase !== 'updates' || rounds.current.terms.id !== round) return;
    void rounds.current.accept(assignment, updateOf([1, 0, 0, 0]));
  }
}

describe('the rounds of a task', () => {
  it('follow one another, each on the model that the last one led to', async () => {
    const federation = await openFederation();
    await federation.rounds.start();
    for (let round = 0; round < 3; round++) {
      await beginRound(federation);
      submitAll(federation);
      await federation.clock.advance(0);
    }
    expect(federation.records.map(({ number, outcome }) => [number, outcome])).toEqual([
      [1, 'published'],
      [2, 'published'],
      [3, 'published'],
    ]);
    const versions = await federation.history.versions(federation.task.name, 99, 99);
    expect(versions.map(({ number }) => number)).toEqual([3, 2, 1, 0]);
    for (const [i, version] of versions.slice(0, -1).entries()) {
      expect(version.parent).toBe(versions[i + 1]!.model);
      expect(federation.records[version.number - 1]).toMatchObject({
        base: version.parent,
        model: version.model,
        round: version.round,
      });
    }
    await federation.rounds.stop();
    expect(federation.clock.pending).toBe(0);
    expect(federation.faults).toEqual([]);
  });

  it('fail below the minimum at the deadlines, no earlier and no later, and leave the model as it was', async () => {
    const federation = await openFederation();
    const before = await federation.history.head(federation.task.name);
    await federation.rounds.start();
    await federation.clock.advance(9_999);
    expect(federation.records).toEqual([]);
    await federation.clock.advance(1);
    expect(federation.records).toMatchObject([{ outcome: 'failed', failure: { during: 'gathering' } }]);
    await beginRound(federation);
    const [first] = federation.channel.assignments.values();
    void federation.rounds.current!.accept(first!.assignment, updateOf([1, 1, 1, 1]));
    await federation.clock.advance(59_999);
    expect(federation.records).toHaveLength(1);
    await federation.clock.advance(1);
    expect(federation.records[1]).toMatchObject({
      outcome: 'failed',
      failure: { during: 'updates' },
      tally: { cohort: 5, accepted: 1, late: 4, lost: 0 },
    });
    expect(await federation.history.head(federation.task.name)).toBe(before);
    await federation.rounds.stop();
    expect(federation.clock.pending).toBe(0);
  });

  it('go on after a round that could not begin', async () => {
    const federation = await openFederation();
    const { registry } = federation;
    const current = registry.current.bind(registry);
    let broken = true;
    registry.current = task => (broken ? Promise.reject(new Error('The disk is gone.')) : current(task));
    await federation.rounds.start();
    await federation.clock.advance(9_999);
    expect(federation.faults).toHaveLength(1);
    broken = false;
    await federation.clock.advance(1);
    expect(federation.rounds.current?.state.phase).toBe('gathering');
    await federation.rounds.stop();
  });

  it.each(['round', 'round-ended', 'version'] as const)(
    'go on whatever a listener of %s does',
    async name => {
      const federation = await openFederation();
      federation.events.prependListener(name, () => {
        throw new Error('The dashboard broke.');
      });
      federation.events.prependListener(name, async () => {
        throw new Error('The dashboard broke later.');
      });
      federation.events.on('fault', () => {
        throw new Error('So did the log.');
      });
      await federation.rounds.start();
      for (let round = 0; round < 2; round++) {
        await beginRound(federation);
        submitAll(federation);
        await federation.clock.advance(0);
      }
      expect(federation.records.map(({ outcome }) => outcome)).toEqual(['published', 'published']);
      expect(federation.faults).toContainEqual([`a listener of ${name}`, expect.any(Error)]);
      await federation.rounds.stop();
      expect(federation.clock.pending).toBe(0);
    },
  );

  it('fail, and go on, where a version can not be made', async () => {
    let failures = 1;
    const federation = await openFederation({
      makeVersion:
        real =>
        async (...args) => {
          if (failures-- > 0) throw new Error('The evaluation broke.');
          return real(...args);
        },
    });
    await federation.rounds.start();
    for (let round = 0; round < 2; round++) {
      await beginRound(federation);
      submitAll(federation);
      await federation.clock.advance(0);
    }
    expect(federation.records).toMatchObject([
      { outcome: 'failed', model: null, failure: { during: 'closing' } },
      { outcome: 'published' },
    ]);
    expect(federation.records[0]!.failure!.reason).not.toMatch(/broke/);
    expect(federation.faults).toHaveLength(1);
    await federation.rounds.stop();
  });

  it('publish a version as soon as the storage takes it, and nobody is told before', async () => {
    const federation = await openFederation();
    const commit = federation.history.commit;
    federation.history.commit = () => Promise.reject(new Error('The disk is full.'));
    await federation.rounds.start();
    await beginRound(federation);
    submitAll(federation);
    await federation.clock.advance(60_000);
    expect(federation.faults).toHaveLength(1);
    expect(federation.records).toEqual([]);
    expect(federation.channel.ends.filter(({ end }) => end.outcome !== 'closed')).toEqual([]);
    federation.history.commit = commit;
    await federation.clock.advance(1_000);
    expect(federation.records.map(({ outcome }) => outcome)).toEqual(['published']);
    expect(federation.channel.ends.filter(({ end }) => end.outcome === 'published')).toHaveLength(3);
    await federation.rounds.stop();
    expect(federation.clock.pending).toBe(0);
  });

  it('stop although the storage takes nothing', async () => {
    const federation = await openFederation();
    federation.history.commit = () => Promise.reject(new Error('The disk is full.'));
    await federation.rounds.start();
    await beginRound(federation);
    submitAll(federation);
    await federation.clock.advance(1_000);
    await federation.rounds.stop();
    expect(federation.clock.pending).toBe(0);
    expect(federation.records).toEqual([]);
  });

  it('begin once, however often they are started, and not after they were stopped', async () => {
    const federation = await openFederation();
    await Promise.all([federation.rounds.start(), federation.rounds.start()]);
    await federation.clock.advance(0);
    expect(federation.clock.pending).toBe(1);
    await federation.rounds.stop();
    await federation.rounds.stop();
    expect(federation.clock.pending).toBe(0);
    await expect(federation.rounds.start()).rejects.toMatchObject({ code: 'server.stopping' });
    expect(federation.records).toMatchObject([{ number: 1, outcome: 'failed' }]);
  });

  it('stop in the middle of making a version, which is then not published', async () => {
    let letMake!: () => void;
    const gate = new Promise<void>(resolve => {
      letMake = resolve;
    });
    const federation = await openFederation({
      makeVersion:
        real =>
        async (...args) => {
          await gate;
          return real(...args);
        },
    });
    await federation.rounds.start();
    await beginRound(federation);
    submitAll(federation);
    expect(federation.rounds.current!.state.phase).toBe('closing');
    await federation.rounds.stop();
    letMake();
    await settled();
    expect(federation.records).toMatchObject([{ outcome: 'failed', failure: { during: 'closing' } }]);
    expect((await federation.history.head(federation.task.name))!.version.number).toBe(0);
    expect(federation.faults).toEqual([]);
    expect(federation.clock.pending).toBe(0);
  });

  it('stop while a version is stored: it is published, once', async () => {
    const federation = await openFederation();
    const commit = federation.history.commit.bind(federation.history);
    let letCommit!: () => void;
    const gate = new Promise<void>(resolve => {
      letCommit = resolve;
    });
    federation.history.commit = async entry => {
      await gate;
      await commit(entry);
    };
    await federation.rounds.start();
    await beginRound(federation);
    submitAll(federation);
    await settled();
    const stopped = federation.rounds.stop();
    letCommit();
    await stopped;
    await settled();
    expect(federation.records).toMatchObject([{ outcome: 'published' }]);
    expect(await federation.history.rounds(federation.task.name, 99, 99)).toHaveLength(1);
  });

  it('tell a round that is over from one that never was, and forget the oldest', async () => {
    const federation = await openFederation({ task: { deadlines: { gathering: '1 s' } } });
    await federation.rounds.start();
    await federation.clock.advance(0);
    const first = federation.rounds.current!.terms.id;
    expect(federation.rounds.find(first)).toBe(federation.rounds.current);
    expect(federation.rounds.find('R'.repeat(22) as RoundId)).toBeUndefined();
    await federation.clock.advance(1_000);
    expect(() => federation.rounds.find(first)).toThrow(expect.objectContaining({ code: 'round.closed' }));
    await federation.clock.advance(64_000);
    expect(federation.rounds.find(first)).toBeUndefined();
    await federation.rounds.stop();
  });

  it('keep to their schedule', async () => {
    const federation = await openFederation({
      task: { schedule: { every: '1 min' }, deadlines: { gathering: '10 s' } },
    });
    await federation.rounds.start();
    const begins: number[] = [];
    const start = federation.clock.now();
    federation.events.on('round-ended', ({ startedAt }) => begins.push(startedAt - start));
    await federation.clock.advance(150_000);
    expect(begins).toEqual([0, 60_000, 120_000]);
    await federation.rounds.stop();
  });
});

describe('a round with a strategy of single updates', () => {
  it.each(['float32', 'ring'] as const)(
    'takes the median of %s updates: a liar moves nothing',
    async kind => {
      const federation = await openFederation({
        task: {
          strategy: median(),
          cohort: { goal: 3, minimum: 3, overSelection: 1 },
          update: { kind, clip: 100, bits: 24, weightCap: 1, weighting: 'uniform' },
        },
      });
      const { rounds, channel, clock, records, registry, task } = federation;
      await rounds.start();
      for (let i = 0; i < 3; i++) federation.checkIn(deviceId(i));
      await clock.advance(0);
      const driver = rounds.current!;
      const deltas = [
        [1, -2, 0, 3],
        [1.5, -1, 0, 2],
        [-50, 50, -50, 50],
      ];
      for (const [i, { assignment, round, plan }] of [...channel.assignments.values()].entries()) {
        const delta = Float32Array.from(deltas[i]!);
        await driver.accept(
          assignment,
          prepareUpdate({ delta, examples: 1, layout }, { round, plan } as Assignment, seededRandom(i)),
        );
      }
      await clock.advance(0);
      expect(records).toMatchObject([{ outcome: 'published', tally: { accepted: 3 } }]);
      const { head, files } = await registry.current(task.name);
      expect(head.version).toMatchObject({ strategy: 'median', contributors: 3 });
      for (const [i, value] of [1, -1, 0, 3].entries()) expect(files.weights[i]).toBeCloseTo(value, 4);
      await rounds.stop();
      expect(federation.faults).toEqual([]);
    },
  );
});

describe('a round', () => {
  it('RD1: has the cohort that was drawn to its end: nobody joins it, and nobody takes a place that is free', async () => {
    const federation = await openFederation();
    const { rounds, channel, records } = federation;
    await rounds.start();
    await beginRound(federation);
    const drawn = [...channel.assignments.keys()];
    const first = drawn[0]!;
    const { round, assignment } = channel.assignments.get(first)!;
    await rounds.current!.leave(first, assignment);
    const late = deviceId(77);
    federation.checkIn(late);
    await federation.clock.advance(1_000);
    expect([...channel.assignments.keys()]).toEqual(drawn);
    await federation.clock.advance(60_000);
    expect(records).toMatchObject([{ round, outcome: 'failed', tally: { cohort: drawn.length } }]);
    await rounds.stop();
  });

  it('gives its devices different secrets, and knows nobody else', async () => {
    const federation = await openFederation();
    await federation.rounds.start();
    await beginRound(federation);
    const driver = federation.rounds.current!;
    const assignments = [...federation.channel.assignments.values()];
    expect(new Set(assignments.map(({ assignment }) => assignment)).size).toBe(5);
    expect(new Set(assignments.map(({ token }) => token.join())).size).toBe(5);
    const [one, other] = assignments as [(typeof assignments)[0], (typeof assignments)[0]];
    driver.authenticate(one.assignment, one.token);
    expect(() => driver.authenticate(one.assignment, other.token)).toThrow(
      expect.objectContaining({ code: 'assignment.token' }),
    );
    expect(() => driver.authenticate('A'.repeat(22) as AssignmentId, one.token)).toThrow(
      expect.objectContaining({ code: 'assignment.unknown' }),
    );
    await federation.rounds.stop();
  });
});

describe('a round with a strategy of one’s own', () => {
  type Applied = (model: Float32Array) => unknown;
  it.each<[string, Applied, RegExp]>([
    [
      'a model that is a plain array',
      model => ({ state: {}, model: [...model] }),
      /"model".*Float32Array of 4/,
    ],
    [
      'a model of another length',
      model => ({ state: {}, model: model.slice(1) }),
      /"model".*Float32Array of 4/,
    ],
    ['no model', () => ({ state: {} }), /"model".*Float32Array of 4/],
    ['no state', model => ({ model }), /"state" is an object/],
    ['a vector that is a plain array', model => ({ state: { momentum: [1] }, model }), /"state\.momentum"/],
    ['a text', model => ({ state: { note: 'x' }, model }), /"state\.note".*number or a Float32Array/],
    ['nothing', () => undefined, /"apply" gives \{ state, model \}/],
  ])('that gives %s fails, says what it has to give, and publishes nothing', async (_, apply, says) => {
    const mine = {
      name: 'mine',
      consumes: 'sum',
      init: () => ({}),
      apply: (_: unknown, model: Float32Array) => apply(model),
    };
    const federation = await openFederation({
      task: { strategy: mine as never, cohort: { goal: 3, minimum: 3, overSelection: 1 } },
    });
    const { rounds, channel, clock, records, registry, task } = federation;
    await rounds.start();
    for (let i = 0; i < 3; i++) federation.checkIn(deviceId(i));
    await clock.advance(0);
    const driver = rounds.current!;
    for (const [i, { assignment, round, plan }] of [...channel.assignments.values()].entries()) {
      const delta = Float32Array.of(1, 2, 3, 4);
      const update = prepareUpdate(
        { delta, examples: 1, layout },
        { round, plan } as Assignment,
        seededRandom(i),
      );
      await driver.accept(assignment, update);
    }
    await clock.advance(0);
    expect(records).toMatchObject([{ outcome: 'failed', failure: { reason: expect.stringMatching(says) } }]);
    expect((await registry.current(task.name)).newest).toBe(0);
    await rounds.stop();
  });
});
