import type { ModelVersion } from '@murmuration/rounds/registry/model-version';
import type { RoundState } from '@murmuration/rounds/round/round';
import { describe, expect, it } from 'vitest';
import { never } from './kept.ts';
import { type Change, World } from './world.ts';

const masked: Change = {
  masking: { threat: 'malicious', corrupt: 0.1, dropping: 0.3 },
  cohort: { goal: 5, minimum: 3, overSelection: 1 },
};
const buffered: Change = {
  cohort: { mode: 'asynchronous', goal: 2, concurrency: 5 },
  schedule: { every: '1 min' },
};

/** Goes on in steps of so many ms. */
async function until(world: World, isThere: () => boolean | Promise<boolean>, ms = 5): Promise<void> {
  for (let step = 0; !(await isThere()); step++) {
    if (step > 400_000) throw new Error('It did not come to that.');
    await world.clock.advance(ms);
  }
}

async function untilPhase(world: World, round: number, phase: RoundState['phase']): Promise<void> {
  const newest = () => world.current!.rounds.current;
  await until(world, () => newest()?.terms.number === round);
  await until(world, () => newest()?.state.phase === phase, 1);
}

const versions = (world: World): Promise<readonly ModelVersion[]> =>
  world.kept.history.versions(world.task.name, 99, 99);

/** As an operator does who rolls back to version 0, of which nothing was told to the rounds when their coordinator died. */
async function takeBack(world: World): Promise<ModelVersion> {
  const [newest, ...older] = await versions(world);
  const to = older.at(-1)!;
  const { task, model, number } = to;
  const alias = { task, alias: 'base', number, model, newest: newest!.number, setAt: 0, setBy: 'ada' };
  await world.kept.aliases.change(task, [alias]);
  return to;
}

describe('a round whose version was taken back while its coordinator died', () => {
  it.each(['gathering', 'keys', 'shares', 'updates', 'agreement', 'unmasking', 'closing'] as const)(
    'ends at the restart, in %s, and its devices hear that at once',
    async phase => {
      const world = new World({ ...masked, schedule: { every: '10 min' } });
      world.makeVersion =
        real =>
        (terms, ...rest) =>
          terms.number === 2 && world.lives === 1 ? never() : real(terms, ...rest);
      await world.begin(5);
      await untilPhase(world, 2, phase);
      // What led to it is written down.
      await world.clock.advance(4);
      expect(world.current!.rounds.current!.state.phase).toBe(phase);
      const [newest] = await versions(world);
      const crashed = world.clock.now();
      world.crash();
      const to = await takeBack(world);
      await world.clock.advance(1_510);
      const [, record] = await world.records();
      expect(record).toMatchObject({
        number: 2,
        outcome: 'failed',
        failure: {
          during: phase,
          reason: 'The version that this round trained from was rolled back, or has grown.',
        },
      });
      // They come back within a second, and need not find it out by themselves: all whom the assignment had reached.
      await world.clock.advance(1_500);
      const told = world.endedAt.filter(at => at > crashed);
      expect(told).toHaveLength(phase === 'gathering' || phase === 'keys' ? 0 : 5);
      await world.until(3);
      const [made] = await versions(world);
      expect(made).toMatchObject({ number: newest!.number + 1, parent: to.model });
      await world.close();
      expect(world.faults).toEqual([]);
    },
  );

  it('ends all that is open of an asynchronous task, where devices had begun from that version', async () => {
    const world = new World(buffered);
    world.silent.add(4);
    await world.begin(5);
    await until(world, async () => (await versions(world)).length === 3);
    const underWay = world.current!.rounds.current!.terms.number;
    world.crash();
    const to = await takeBack(world);
    await world.clock.advance(1_510);
    const records = await world.records();
    expect(records.find(({ number }) => number === underWay)).toMatchObject({
      outcome: 'failed',
      failure: { reason: 'A version that this round trained from was rolled back.' },
    });
    await until(world, async () => (await versions(world)).length === 4);
    const [made] = await versions(world);
    expect(made).toMatchObject({ number: 3, parent: to.model });
    await world.close();
    expect(world.faults).toEqual([]);
  });
});

describe('a round whose version is there still', () => {
  it('goes on where an operator had rolled back to it before', async () => {
    const world = new World({ ...masked, schedule: { every: '10 min' } });
    await world.begin(5);
    await world.until(1);
    const to = await takeBack(world);
    await untilPhase(world, 2, 'updates');
    world.crash();
    await world.until(2);
    const [made] = await versions(world);
    expect(made).toMatchObject({ number: 2, parent: to.model });
    await world.close();
  });

  it('goes on in an asynchronous task, with devices that began from versions before it', async () => {
    const world = new World(buffered);
    await world.begin(5);
    await until(world, async () => (await versions(world)).length === 3);
    world.crash();
    await until(world, async () => (await versions(world)).length === 4);
    expect((await world.records()).map(({ outcome }) => outcome)).not.toContain('failed');
    await world.close();
  });
});
