import { openTrainingRuns } from '@murmuration/lifecycle/training-runs/open-runs';
import { type RunStore, runsIn } from '@murmuration/lifecycle/training-runs/store';
import { TrainingRuns } from '@murmuration/lifecycle/training-runs/training-runs';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { FiringRecord, TrainingRun } from '@murmuration/rounds/events/training-run';
import type { TaskDefinition } from '@murmuration/rounds/task/define-task';
import { cron, drift, webhook } from '@murmuration/rounds/task/retrain/triggers';
import { memoryAudit } from '@murmuration/storage/memory/audit';
import { memoryDocuments } from '@murmuration/storage/memory/documents';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../seeded-random.ts';
import { deviceId, type Federation, openFederation, updateOf, valuesTask } from '../server/federation.ts';
import { retrainOf } from './retrain.ts';

const hour = 3_600_000;
const secret = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;

async function open(retrain: TaskDefinition['retrain'], change: Parameters<typeof openFederation>[0] = {}) {
  const federation = await openFederation({ ...change, task: { retrain, ...change.task } });
  const ended: TrainingRun[] = [];
  const records: FiringRecord[] = [];
  federation.events.on('run-ended', run => ended.push(run));
  federation.events.on('triggered', record => records.push(record));
  const { runs, rounds, clock, events, task } = federation;
  events.on('drift', window => runs!.observe({ type: 'drift', window }));
  return {
    ...federation,
    runs: runs!,
    ended,
    triggered: records,
    async start() {
      await rounds.start();
      await runs!.start();
      await clock.advance(0);
    },
    async drift() {
      const feature = { name: 'length', test: 'psi', score: 1, threshold: 0.1, drifted: true };
      const window = { from: 0, to: clock.now() };
      events.emit('drift', {
        task: task.name,
        version: 0,
        features: [feature],
        share: 1,
        isDrifted: true,
        window,
      });
      await clock.advance(0);
    },
    async close() {
      await runs!.close();
      await rounds.stop();
    },
  };
}

/** Devices come, train, and a version is published. */
async function makeVersion({ clock, checkIn, channel, rounds }: Federation): Promise<void> {
  for (let i = 0; i < 5; i++) checkIn(deviceId(i));
  await clock.advance(0);
  const { current } = rounds;
  for (const { assignment, round } of channel.assignments.values())
    if (current?.state.phase === 'updates' && current.terms.id === round)
      await current.accept(assignment, updateOf([1, 0, 0, 0])).catch(() => {});
  await clock.advance(0);
}

describe('a task with training runs', () => {
  it('begins no round before a trigger fires, and none after its run has ended', async () => {
    const federation = await open({ when: [drift()], until: { rounds: 2 } });
    await federation.start();
    await federation.clock.advance(hour);
    expect(federation.rounds.current).toBeUndefined();
    expect(federation.checkIn(deviceId(0))).toMatchObject({ decision: 'later', after: expect.any(Number) });
    await federation.drift();
    for (let i = 0; i < 3; i++) await makeVersion(federation);
    expect(federation.records.map(({ outcome }) => outcome)).toEqual(['published', 'published']);
    expect(federation.ended).toMatchObject([{ number: 1, rounds: 2, ending: { reason: 'rounds' } }]);
    await federation.clock.advance(hour);
    expect(federation.records).toHaveLength(2);
    const [second, first, zero] = await federation.history.versions(federation.task.name, 99, 99);
    expect([second!.run, first!.run]).toEqual([federation.ended[0]!.id, federation.ended[0]!.id]);
    expect(zero).not.toHaveProperty('run');
    expect(federation.records.map(({ run }) => run)).toEqual([second!.run, first!.run]);
    await federation.close();
    expect(federation.clock.pending).toBe(0);
    expect(federation.faults).toEqual([]);
  });

  it('trains again by the clock, after the cooldown alone', async () => {
    const federation = await open({
      when: [cron('0 * * * *')],
      cooldown: '90 min',
      until: { failures: 1, rounds: 9 },
    });
    await federation.start();
    const from = federation.clock.now();
    // Nobody comes: each run ends with its first round.
    await federation.clock.advance(5 * hour + 10_000);
    expect(federation.ended.map(({ startedAt }) => (startedAt - from) / hour)).toEqual([1, 3, 5]);
    expect(federation.triggered.map(({ outcome, by }) => [outcome, by])).toEqual([
      ['began', null],
      ['suppressed', 'cooldown'],
      ['began', null],
      ['suppressed', 'cooldown'],
      ['began', null],
    ]);
    await federation.close();
  });

  it('tells devices that were sent away that they may come back, once a run begins', async () => {
    const federation = await open({ when: [drift()], until: { rounds: 1 } });
    await federation.start();
    federation.checkIn(deviceId(0));
    await federation.drift();
    expect(federation.channel.recalled.get(deviceId(0))).toBeLessThan(60_000);
    await federation.close();
  });

  it('refuses a single round between runs', async () => {
    const federation = await open({ until: { rounds: 1 } });
    await federation.start();
    expect(() => federation.rounds.beginNow()).toThrow(expect.objectContaining({ code: 'round.closed' }));
    await federation.close();
  });

  it('ends its run once its time is over, with the round that is under way', async () => {
    const federation = await open({ when: [drift()], until: { time: '5 s' } });
    await federation.start();
    await federation.drift();
    await federation.clock.advance(9_999);
    expect(federation.ended).toEqual([]);
    await federation.clock.advance(1);
    const [run] = federation.ended;
    expect(run).toMatchObject({ failed: 1, endedAt: run!.startedAt + 10_000, ending: { reason: 'time' } });
    await federation.close();
  });

  it('begins and ends runs as operators say, with the round under way', async () => {
    const federation = await open({ until: { rounds: 9 }, cooldown: '1 d' });
    await federation.start();
    const run = await federation.runs.begin('Ann', 'new data');
    expect(run).toMatchObject({
      number: 1,
      why: { trigger: 'by-hand', reason: 'Ann asked for it: new data' },
    });
    await expect(federation.runs.begin('Ann', '')).rejects.toMatchObject({ code: 'round.under-way' });
    await federation.clock.advance(0);
    expect(federation.rounds.current!.state.phase).toBe('gathering');
    expect((await federation.runs.end('Bob', '')).endedAt).toBeNull();
    await federation.clock.advance(0);
    expect(federation.records).toMatchObject([
      { outcome: 'failed', failure: { reason: 'Bob ended the training run.', endedBy: 'operator' } },
    ]);
    expect(federation.ended).toMatchObject([{ failed: 1, ending: { reason: 'stopped' } }]);
    await expect(federation.runs.end('Bob', '')).rejects.toMatchObject({ code: 'round.unknown' });
    expect(await federation.runs.begin('Ann', '')).toMatchObject({ number: 2 });
    await federation.close();
    await expect(federation.runs.begin('Ann', '')).rejects.toMatchObject({ code: 'server.stopping' });
  });

  it('ends its run when the privacy budget is spent, and the next one at once', async () => {
    const federation = await open(
      { when: [], until: {} },
      {
        task: {
          update: { clip: 1, bits: 8, weighting: 'uniform' },
          privacy: { epsilon: 4, delta: 1e-6, rounds: 1 },
        },
      },
    );
    federation.privacy.next = async () => {
      throw new MurmurationError('privacy.spent');
    };
    await federation.start();
    await federation.runs.begin('Ann', '');
    await federation.clock.advance(0);
    await federation.runs.begin('Ann', '');
    await federation.clock.advance(0);
    expect(federation.ended.map(({ number, ending }) => [number, ending!.reason])).toEqual([
      [1, 'privacy'],
      [2, 'privacy'],
    ]);
    expect(federation.records).toEqual([]);
    await federation.close();
  });

  it('takes each call of its webhook once, and so many in a time', async () => {
    const federation = await open({ when: [webhook({ secret })], until: { rounds: 9, failures: 9_999 } });
    await federation.start();
    expect(await federation.runs.receive('webhook', 'a')).toMatchObject({ outcome: 'began' });
    await expect(federation.runs.receive('webhook', 'a')).rejects.toMatchObject({ code: 'round.repeated' });
    for (let i = 0; i < 99; i++)
      expect(await federation.runs.receive('webhook', `b${i}`)).toMatchObject({
        by: 'run-open',
        count: i + 1,
      });
    await expect(federation.runs.receive('webhook', 'c')).rejects.toMatchObject({
      code: 'request.too-often',
    });
    await federation.clock.advance(600_000);
    expect(await federation.runs.receive('webhook', 'c')).toMatchObject({ count: 100 });
    await federation.close();
  });
});

describe('a coordinator after one that ended', () => {
  const task = valuesTask().name;
  const rounds = { number: 0, isUnderWay: false, abort: () => {}, runChanged: () => {} };

  /** The runs of a task on what is kept, as another process finds it. */
  async function again(federation: Federation, runStore: RunStore, retrain = retrainOf()) {
    const { history, clock, events } = federation;
    const ports = { store: runStore, history, clock, random: seededRandom(9), events, rounds: () => rounds };
    const runs = new TrainingRuns(task, retrain, ports);
    await runs.open();
    return runs;
  }

  it('goes on with the run that was open, and begins no other', async () => {
    const runStore = runsIn(memoryDocuments());
    const federation = await open({ when: [drift()], until: { rounds: 2 } }, { runStore });
    await federation.start();
    await federation.drift();
    await makeVersion(federation);
    await federation.close();
    const after = await again(federation, runStore, retrainOf({ when: [drift()], until: { rounds: 2 } }));
    expect(after.openRun).toBe((await runStore.run(task, 1))!.id);
    await after.start();
    await expect(after.begin('Ann', '')).rejects.toMatchObject({ code: 'round.under-way' });
    expect(await runStore.runs(task, 9, 9)).toMatchObject([{ number: 1, rounds: 1, endedAt: null }]);
    await after.close();
  });

  it('counts rounds that were over and not counted, once', async () => {
    const runStore = runsIn(memoryDocuments());
    const lost = { ...runStore, commit: runStore.commit };
    const federation = await open({ when: [drift()], until: { rounds: 2 } }, { runStore: lost });
    await federation.start();
    await federation.drift();
    // From here on nothing that counts reaches the storage, as if the process had ended between two commits.
    lost.commit = () => new Promise(() => {});
    await makeVersion(federation);
    expect(federation.records).toHaveLength(1);
    expect(await runStore.run(task, 1)).toMatchObject({ rounds: 0 });
    for (let restart = 0; restart < 2; restart++) {
      const after = await again(federation, runStore, retrainOf({ until: { rounds: 2 } }));
      expect(await runStore.run(task, 1)).toMatchObject({ rounds: 1, endedAt: null });
      await after.close();
    }
    const shorter = await again(federation, runStore, retrainOf({ until: { rounds: 1 } }));
    // A rule that changed meanwhile holds from the next round on.
    expect(shorter.openRun).toBeDefined();
    await shorter.close();
  });

  it('keeps to the cooldown, whatever its clock says', async () => {
    const runStore = runsIn(memoryDocuments());
    const federation = await open({ when: [drift()], until: { failures: 1, rounds: 9 } }, { runStore });
    await federation.clock.advance(100 * hour);
    await federation.start();
    await federation.drift();
    await federation.clock.advance(10_000);
    expect(federation.ended).toHaveLength(1);
    await federation.close();
    const retrain = retrainOf({ when: [drift()], cooldown: '1 h' });
    const seen: FiringRecord[] = [];
    federation.events.on('triggered', record => seen.push(record));
    const window = {
      task,
      version: 0,
      features: [{ name: 'a', test: 'psi', score: 1, threshold: 0, drifted: true }],
      share: 1,
      isDrifted: true,
      window: { from: 0, to: 1 },
    };
    const after = await again(federation, runStore, retrain);
    await after.start();
    await after.observe({ type: 'drift', window });
    expect(seen).toMatchObject([{ outcome: 'suppressed', by: 'cooldown' }]);
    await after.close();
    // The clock was hours ahead, and is right now: the cooldown is as long as it is.
    const right = { now: () => hour, at: () => () => {} };
    const { history, events } = federation;
    const corrected = new TrainingRuns(task, retrain, {
      store: runStore,
      history,
      clock: right,
      random: seededRandom(9),
      events,
      rounds: () => rounds,
    });
    await corrected.open();
    await corrected.start();
    await corrected.observe({ type: 'drift', window });
    expect(seen.at(-1)).toMatchObject({ by: 'cooldown', until: 2 * hour });
    await corrected.close();
  });

  it('takes no call of a webhook that was taken before', async () => {
    const runStore = runsIn(memoryDocuments());
    const retrain = retrainOf({ when: [webhook({ secret })] });
    const federation = await open(retrain as TaskDefinition['retrain'], { runStore });
    await federation.start();
    await federation.runs.receive('webhook', 'a');
    await federation.close();
    const after = await again(federation, runStore, retrain);
    await after.start();
    await expect(after.receive('webhook', 'a')).rejects.toMatchObject({ code: 'round.repeated' });
    await after.close();
  });

  it('ends a run that was open of a task that has none any more', async () => {
    const runStore = runsIn(memoryDocuments());
    const { ports, clock } = await afterAnOpenRun(runStore);
    expect(await openTrainingRuns({ name: task, retrain: null }, ports)).toBeUndefined();
    expect(await runStore.run(task, 1)).toMatchObject({
      endedAt: clock.now(),
      ending: { reason: 'stopped' },
    });
  });
});

/** Closes a task while a run is open; returns what a later start of the task takes. */
async function afterAnOpenRun(runStore: ReturnType<typeof runsIn>) {
  const federation = await open({ when: [drift()], until: { rounds: 9 } }, { runStore });
  await federation.start();
  await federation.drift();
  await federation.close();
  const { history, clock, events, task } = federation;
  const random = seededRandom(9);
  return {
    task: task.name,
    clock,
    ports: { store: runStore, history, clock, random, events, rounds: () => undefined },
  };
}

describe('training runs whose storage fails', () => {
  it('begin no round before a round counts, and try until it does', async () => {
    const runStore = runsIn(memoryDocuments());
    const failing = { ...runStore };
    const federation = await open({ when: [drift()], until: { rounds: 1 } }, { runStore: failing });
    await federation.start();
    await federation.drift();
    failing.commit = async () => {
      throw new MurmurationError('storage.full');
    };
    await makeVersion(federation);
    await federation.clock.advance(hour);
    expect(federation.records).toHaveLength(1);
    expect(federation.faults).toHaveLength(1);
    failing.commit = runStore.commit;
    await federation.clock.advance(60_000);
    expect(federation.ended).toMatchObject([{ rounds: 1, ending: { reason: 'rounds' } }]);
    expect(federation.records).toHaveLength(1);
    await federation.close();
  });

  it('fire by the clock once it is back', async () => {
    const runStore = runsIn(memoryDocuments());
    const failing = { ...runStore };
    const federation = await open({ when: [cron('0 * * * *')], until: { rounds: 1 } }, { runStore: failing });
    await federation.start();
    failing.commit = async () => {
      throw new MurmurationError('storage.full');
    };
    await federation.clock.advance(hour + 30_000);
    expect(federation.triggered).toEqual([]);
    failing.commit = runStore.commit;
    await federation.clock.advance(10_000);
    expect(federation.triggered).toMatchObject([{ outcome: 'began' }]);
    await federation.close();
  });
});

describe('the audit log of training runs', () => {
  const entriesOf = async (audit: ReturnType<typeof memoryAudit>) =>
    (await audit.list(99, 99))
      .toReversed()
      .map(({ actor, action, subject, changes }) => [
        `${actor.id} ${actor.name}: ${action} ${subject}`,
        changes![0]!.to,
      ]);

  it('has those that triggers began and rules ended, each once', async () => {
    const audit = memoryAudit();
    const runStore = runsIn(memoryDocuments(audit));
    const federation = await open({ when: [drift()], until: { rounds: 1 } }, { runStore });
    const heard: string[] = [];
    federation.events.on('audited', ({ action }) => heard.push(action));
    await federation.start();
    await federation.drift();
    await makeVersion(federation);
    await federation.clock.advance(hour);
    expect(await entriesOf(audit)).toEqual([
      ['trigger drift: run.start values', 1],
      ['rule rounds: run.stop values', 1],
    ]);
    expect(heard).toEqual(['run.start', 'run.stop']);
    // What operators did is there as that.
    await federation.runs.begin('Ann', '');
    await federation.runs.end('Ann', '');
    await federation.clock.advance(hour);
    expect(await entriesOf(audit)).toHaveLength(2);
    await federation.close();
  });

  it('has the one that a new definition ended', async () => {
    const audit = memoryAudit();
    const runStore = runsIn(memoryDocuments(audit));
    const { ports, task } = await afterAnOpenRun(runStore);
    for (let start = 0; start < 2; start++) await openTrainingRuns({ name: task, retrain: null }, ports);
    expect(await entriesOf(audit)).toEqual([
      ['trigger drift: run.start values', 1],
      ['rule definition: run.stop values', 1],
    ]);
  });

  it('keeps a run from beginning while it can’t be written', async () => {
    const audit = memoryAudit();
    let isFull = true;
    const runStore = runsIn(
      memoryDocuments({
        async append(entry) {
          if (isFull) throw new MurmurationError('storage.full');
          return audit.append(entry);
        },
      }),
    );
    const retrain = { when: [cron('0 * * * *'), webhook({ secret })], until: { rounds: 1 } };
    const federation = await open(retrain, { runStore });
    await federation.start();
    await expect(federation.runs.receive('webhook', 'a')).rejects.toMatchObject({ code: 'storage.full' });
    await federation.clock.advance(hour + 30_000);
    expect([federation.runs.openRun, federation.triggered]).toEqual([undefined, []]);
    expect(await runStore.runs(valuesTask().name, 9, 9)).toEqual([]);
    isFull = false;
    await federation.clock.advance(10_000);
    expect(federation.runs.openRun).toBeDefined();
    expect(await entriesOf(audit)).toEqual([['trigger cron: run.start values', 1]]);
    await federation.close();
  });
});

describe('the definition of training runs', () => {
  const evaluator = { evaluate: async () => ({}), close: async () => {} };

  it.each<[string, TaskDefinition['retrain'], string]>([
    ['no end', { until: {} }, 'retrain.until must have one of rounds, plateau, target and time'],
    [
      'a metric that nothing measures',
      { until: { metric: 'top3', plateau: 8 } },
      'retrain.until.metric is "top3"',
    ],
    ['no metric', { until: { target: 1 } }, 'retrain.until.metric must name the metric of plateau'],
    ['a trigger that is none', { when: ['weekly' as never], until: { rounds: 1 } }, 'retrain.when.0'],
    ['one trigger twice', { when: [drift(), drift()], until: { rounds: 1 } }, 'expected each trigger once'],
    ['a field that there is none', { until: { rounds: 1, epochs: 2 } as never }, 'there is no such field'],
    ['a time of nothing', { until: { time: 0 } }, 'expected a time above 0'],
    ['hours that are no time', { until: { rounds: 1 }, quietHours: '9-10' }, 'such as "22:00-06:00 UTC"'],
  ])('refuses %s', (_, retrain, said) => {
    expect(() => valuesTask({ retrain })).toThrow(
      expect.objectContaining({ code: 'config.invalid', detail: expect.stringContaining(said) }),
    );
  });

  it('takes what fits, and keeps it under other settings', () => {
    const retrain = { when: [drift()], until: { metric: 'top3', plateau: 8 }, cooldown: '1 d' };
    const task = valuesTask({ retrain, evaluation: evaluator });
    expect(task.retrain).toMatchObject({ cooldown: 24 * hour, until: { failures: 10, rounds: null } });
  });
});
