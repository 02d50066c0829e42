import { newExperiment } from '@murmuration/api/experiment';
import type { ExperimentStore } from '@murmuration/lifecycle/experiments/experiment';
import { Experiments } from '@murmuration/lifecycle/experiments/experiments';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { settled } from '@murmuration/protocol/time/virtual-clock';
import type { AliasStore } from '@murmuration/rounds/registry/aliases';
import type { Stores } from '@murmuration/storage/storage';
import { afterEach, describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../seeded-random.ts';
import { gated, name, openGated } from '../../lifecycle/gated-task.ts';
import { deviceId, updateOf } from '../../server/federation.ts';
import { type Admin, openAdmin } from '../../server/http/admin.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A door that something waits at. */
function door() {
  let open = () => {};
  const opened = new Promise<void>(resolve => {
    open = resolve;
  });
  return { open, opened };
}

describe('operators who roll back at the same moment', () => {
  const open = async () => {
    const admin = await openAdmin({ task: { cohort: { goal: 2, minimum: 2, overSelection: 1.5 } } });
    closing.push(() => admin.close());
    await admin.rounds.start();
    await admin.clock.advance(0);
    return admin;
  };
  const play = async (admin: Admin) => {
    for (const index of [0, 1, 2]) admin.checkIn(deviceId(index));
    await admin.clock.advance(0);
    for (const index of [0, 1]) {
      const { assignment } = admin.channel.assignments.get(deviceId(index))!;
      await admin.rounds.current!.accept(assignment, updateOf([1, 0, 0, 0]));
    }
    await admin.clock.advance(0);
  };
  const rollBack = (admin: Admin, body: object) =>
    admin.ask('POST', '/tasks/values/rollback', 'operator', body);

  it('take back one version, and not the one before it as well', async () => {
    const admin = await open();
    for (let rounds = 3; rounds > 0; rounds--) await play(admin);
    const answers = await Promise.all([rollBack(admin, { from: 3 }), rollBack(admin, { from: 3 })]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    const refused = answers.find(({ status }) => status === 409);
    expect(refused?.body).toMatchObject({
      code: 'round.closed',
      detail: expect.stringContaining('version 2'),
    });
    expect(admin.versionAliases.of(admin.task.name)).toMatchObject({
      champion: { number: 2 },
      base: { number: 2 },
    });
  });

  it('take back one version, too, where another is being stored meanwhile', async () => {
    const admin = await open();
    for (let rounds = 3; rounds > 0; rounds--) await play(admin);
    const { history } = admin;
    const { commit } = history;
    const storing = door();
    Object.assign(history, {
      commit: async (...all: Parameters<typeof commit>) => {
        await storing.opened;
        return commit.apply(history, all);
      },
    });
    await play(admin);
    expect(admin.rounds.current!.state.phase).toBe('closing');
    const answer = rollBack(admin, {});
    await expect.poll(() => admin.versionAliases.of(admin.task.name).champion.number).toBe(2);
    storing.open();
    expect((await answer).body).toMatchObject({
      champion: { number: 2 },
      base: { number: 2 },
    });
    expect(admin.versionAliases.of(admin.task.name).newest.number).toBe(4);
  });
});

describe('a version that is stored while another is named', () => {
  it('is the newest, and is not trained from after a rollback', async () => {
    const reading = door();
    let isSlow = false;
    const slow = (aliases: AliasStore): AliasStore => ({
      ...aliases,
      of: async task => {
        const found = await aliases.of(task);
        if (isSlow) await reading.opened;
        return found;
      },
    });
    const over = (storage: Stores): Stores => ({ ...storage, aliases: slow(storage.aliases) });
    const world = await openGated(undefined, { over });
    closing.push(() => world.close());
    world.moments.versionStored(await world.commit({ top1: 0.6 }));
    isSlow = true;
    const rolling = world.versionAliases.rollBack(name, 0, 'Ada');
    await settled();
    world.moments.versionStored(await world.commit({ top1: 0.7 }));
    reading.open();
    await rolling;
    const { champion, base, newest } = world.versionAliases.of(name);
    expect([champion.number, base.number, newest.number]).toEqual([0, 0, 2]);
  });
});

describe('an operator who pins a version while an experiment acts', () => {
  const canary = newExperiment.parse({
    name: 'ramp',
    kind: 'canary',
    arms: [{ name: 'fresh', version: 2 }],
    steps: [{ share: 0.5, for: 60_000 }],
    atLeast: 1,
  });
  /** Versions 0 to 3, and experiments whose store waits at a door once it is closed. */
  const open = async () => {
    const world = await openGated(undefined);
    for (const top1 of [0.5, 0.6, 0.7]) world.moments.versionStored(await world.commit({ top1 }));
    const { experiments: store } = world.storage;
    let waits: Promise<void> | undefined;
    let failure: Error | undefined;
    const openWith = (own: ExperimentStore) =>
      new Experiments({
        taskOf: () => gated(null),
        versionAliases: world.versionAliases,
        history: world.storage.history,
        store: own,
        queryResults: world.storage.queryResults,
        moments: world.moments,
        events: world.events,
        clock: world.clock,
        random: seededRandom(5),
        isMeasured: true,
      });
    const experiments = openWith({
      ...store,
      put: async (...all) => {
        await waits;
        const thrown = failure;
        failure = undefined;
        if (thrown) throw thrown;
        return store.put(...all);
      },
      measured: async (...all) => {
        await waits;
        return store.measured(...all);
      },
    });
    world.moments.join({ experiments });
    closing.push(
      () => experiments.close(),
      () => world.close(),
    );
    const outcome = async () => (await experiments.find(name, 'ramp')).experiment.outcome;
    const ask = () => {
      const [served] = experiments.served(name);
      experiments.arms(
        served!.arms.map(({ name: arm }) => ({
          experiment: served!.id,
          arm,
          requests: 1,
          failures: 0,
          agreed: 0,
          dropped: 0,
          units: [{ unit: `${arm} 1`, failed: false, ms: 1, covariate: 0 }],
        })),
      );
    };
    return {
      ...world,
      experiments,
      outcome,
      ask,
      failOnce(error: Error) {
        failure = error;
      },
      openAgain: () => openWith(store),
      close() {
        const { open: again, opened } = door();
        waits = opened;
        return () => {
          waits = undefined;
          again();
        };
      },
    };
  };

  it('is not overruled by a canary at its last step', async () => {
    const world = await open();
    await world.experiments.create(name, canary, 'Bob');
    await world.clock.advance(61_000);
    const again = world.close();
    world.ask();
    const looking = world.experiments.look();
    await settled();
    await world.versionAliases.set(name, 'champion', 1, 'Ada');
    again();
    await looking;
    await settled();
    expect(world.versionAliases.of(name).champion).toMatchObject({ number: 1, heldBy: 'Ada' });
    expect(await world.outcome()).toBe('overtaken');
  });

  it('is not overruled by a canary that was just being begun', async () => {
    const world = await open();
    const again = world.close();
    const beginning = world.experiments.create(name, canary, 'Bob');
    await settled();
    await world.versionAliases.set(name, 'champion', 1, 'Ada');
    again();
    await beginning;
    await settled();
    expect(await world.outcome()).toBe('overtaken');
  });

  it('wins over another who promotes an arm a moment later, and who is told', async () => {
    const world = await open();
    await world.experiments.create(name, canary, 'Bob');
    const again = world.close();
    world.ask();
    const looking = world.experiments.look();
    const promoting = world.experiments.promote(name, 'ramp', 'fresh', 'Eve');
    await world.versionAliases.set(name, 'champion', 1, 'Ada');
    again();
    await looking;
    await expect(promoting).rejects.toMatchObject({ code: 'round.closed' });
    await settled();
    expect(world.versionAliases.of(name).champion).toMatchObject({ number: 1, heldBy: 'Ada' });
    expect(await world.outcome()).toBe('overtaken');
  });

  it('ends an experiment whose process ended before it heard of that', async () => {
    const world = await open();
    await world.experiments.create(name, canary, 'Bob');
    await world.clock.advance(1);
    const again = world.close();
    await world.versionAliases.set(name, 'champion', 1, 'Ada');
    await settled();
    expect(await world.outcome()).toBe('running');
    const next = world.openAgain();
    await next.open();
    expect((await next.find(name, 'ramp')).experiment.outcome).toBe('overtaken');
    expect(next.served(name)).toEqual([]);
    again();
  });

  it('keeps a canary from beginning that nobody has asked for', async () => {
    const world = await open();
    await world.versionAliases.set(name, 'champion', 1, 'Ada');
    const byItself = world.experiments.create(name, canary, 'the gate', { id: 'gate', name: 'the gate' });
    await expect(byItself).rejects.toMatchObject({ code: 'round.closed' });
    await expect(world.experiments.create(name, canary, 'Ada')).resolves.toMatchObject({
      outcome: 'running',
    });
  });

  it('is told the truth of a canary that has promoted its version, but could not write down its end', async () => {
    const world = await open();
    await world.experiments.create(name, canary, 'Bob');
    world.ask();
    world.failOnce(new MurmurationError('storage.full'));
    await world.clock.advance(61_000);
    expect(world.faults).toMatchObject([{ code: 'storage.full' }]);
    await world.clock.advance(10_000);
    expect(world.versionAliases.of(name).champion.number).toBe(2);
    expect(await world.outcome()).toBe('promoted');
  });
});
