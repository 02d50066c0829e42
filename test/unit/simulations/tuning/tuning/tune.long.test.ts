import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Scenario } from '@murmuration/simulations/scenario/define-scenario';
import { choice, type GivenSpace, integer, logUniform, oneOf, uniform } from '@murmuration/simulations/space';
import { readSpace } from '@murmuration/simulations/spaces/space';
import clusters from '@murmuration/tuning/scenarios/clusters';
import { findingsOf } from '@murmuration/tuning/tuning/findings';
import { type TuneOptions, tune } from '@murmuration/tuning/tuning/tune';
import { afterAll, describe, expect, it } from 'vitest';
import watched, { type Note } from './watched-scenario.ts';

const root = mkdtempSync(join(tmpdir(), 'murmuration-tune-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let folders = 0;
const newFolder = () => join(root, String(folders++));

const given = {
  settings: {
    'plan.learningRate': logUniform(0.01, 1),
    model: oneOf({ hidden: integer(2, 8) }, { hidden: 1 }),
  },
  trials: 4,
  eta: 2,
  leaders: 2,
  finals: 2,
} satisfies GivenSpace;

type Over = Partial<TuneOptions & { space: GivenSpace; scenario: Scenario }>;

function tuned({ space = given, scenario = watched as unknown as Scenario, ...over }: Over = {}) {
  return tune(scenario, readSpace(space, 'The space'), {
    called: 'watched',
    set: [],
    seed: 1,
    state: newFolder(),
    // Threads take seconds to begin; that they change nothing is a test of its own.
    workers: 0,
    signal: new AbortController().signal,
    progress: () => {},
    ...over,
  });
}

/** All that a search found, without what it took. */
async function foundBy(over: Over = {}) {
  const found = await tuned(over);
  return { ...findingsOf(found, 0).figures, curves: [found.proposed.final.curve, found.searches[0]!.trials] };
}

const notesIn = (path: string) =>
  readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Note);

/** The threads in which a scenario was asked for its data. */
const threadsIn = (path: string) => notesIn(path).flatMap(note => (note.what === 'data' ? note.thread : []));

const linesOf = (state: string) => readFileSync(join(state, 'tune.jsonl'), 'utf8').split('\n').slice(0, -1);

// Dozens of trainings, on a machine that may have other work.
describe('a search of a scenario', () => {
  it('reads held-out examples only after the state file says what was chosen', async () => {
    const state = newFolder();
    await mkdir(state, { recursive: true });
    const notes = join(state, 'notes');
    const set = [
      { path: 'data.notes', value: notes },
      { path: 'data.state', value: join(state, 'tune.jsonl') },
    ];
    const { finalSeeds, searches } = await tuned({ state, set, space: { ...given, grid: 2, searches: 2 } });
    const noted = notesIn(notes);
    const reads = noted.filter(note => note.what === 'held-out');
    expect(reads.length).toBeGreaterThan(0);
    expect(reads.every(({ chosen }) => chosen)).toBe(true);
    // Nothing but what is trained in the end comes behind the first of them.
    const behind = noted
      .slice(noted.findIndex(({ what }) => what === 'held-out'))
      .filter(note => note.what === 'data');
    expect(behind.every(({ seed }) => finalSeeds.includes(seed))).toBe(true);
    const before = noted
      .slice(0, noted.findIndex(({ what }) => what === 'held-out') - 1)
      .filter(note => note.what === 'data');
    expect(before.some(({ seed }) => finalSeeds.includes(seed))).toBe(false);
    expect(searches).toHaveLength(2);
  });

  it('finds the same in threads, of which it has no more than it may, and another thing from another seed', async () => {
    const notes = newFolder();
    const set = [{ path: 'data.notes', value: notes }];
    const one = await foundBy({ set });
    const own = new Set(threadsIn(notes));
    expect(await foundBy({ set, workers: 2 })).toEqual(one);
    expect(new Set(threadsIn(notes).filter(thread => !own.has(thread))).size).toBeLessThanOrEqual(2);
    expect(await foundBy({ set, seed: 2 })).not.toEqual(one);
  });

  it.each(['federated', 'central'] as const)(
    'goes on after a kill as if there had been none: %s',
    async training => {
      const space = { ...given, training };
      const whole = newFolder();
      const undisturbed = await foundBy({ state: whole, space });
      const lines = linesOf(whole);
      for (const kept of [1, 7, lines.length - 1]) {
        const state = newFolder();
        await mkdir(state, { recursive: true });
        // Killed while it wrote the next line.
        const torn = lines[kept]!.slice(0, Math.ceil(lines[kept]!.length / 2));
        writeFileSync(join(state, 'tune.jsonl'), `${lines.slice(0, kept).join('\n')}\n${torn}`);
        expect(await foundBy({ state, space })).toEqual(undisturbed);
        expect(linesOf(state).toSorted()).toEqual(lines.toSorted());
      }
      // Nothing is trained that is known.
      expect(await foundBy({ state: whole, space })).toEqual(undisturbed);
      expect(linesOf(whole)).toEqual(lines);
    },
  );

  it('stops when it is told to, and goes on from between two rounds', async () => {
    const undisturbed = await foundBy();
    const state = newFolder();
    const stop = new AbortController();
    const stopped = foundBy({
      state,
      signal: stop.signal,
      progress: (_, __, what) => what.includes('rung 2') && stop.abort(),
    });
    await expect(stopped).rejects.toMatchObject({ code: 'training.stopped' });
    expect(linesOf(state).some(line => line.includes('"chosen"'))).toBe(false);
    expect(await foundBy({ state })).toEqual(undisturbed);
  });

  it('tells how far each rung is, until it is over', async () => {
    const told = new Map<string, { done: number; all: number }[]>();
    await tuned({
      progress: (done, all, what) => told.set(what, [...(told.get(what) ?? []), { done, all }]),
    });
    expect([...told.keys()]).toEqual([
      'search 1, rung 1 of 3',
      'search 1, rung 2 of 3',
      'search 1, rung 3 of 3',
      'search 1, repeats',
      'held-out data',
    ]);
    for (const steps of told.values()) {
      expect(steps[0]!.done).toBe(0);
      expect(steps.at(-1)!.done).toBe(steps.at(-1)!.all);
      for (const [i, { done }] of steps.entries())
        expect(done).toBeGreaterThanOrEqual(steps[i - 1]?.done ?? 0);
    }
  });

  it('counts what it costs, and what a grid does', async () => {
    const { searches, cost, rungs } = await tuned({ space: { ...given, grid: 2 } });
    expect(rungs).toEqual([
      { trials: 4, until: 1 },
      { trials: 2, until: 2 },
      { trials: 1, until: 4 },
    ]);
    // 4 · 1 + 2 · 1 + 1 · 2 for the rungs, 2 · 2 · 4 for the repeats.
    expect(cost).toBe(4 + 2 + 2 + 16);
    // 2 rates × (2 widths + 1).
    expect(searches[0]!.grid).toMatchObject({ points: 6, cost: 24 });
  });

  it('measures on public data where there is some', async () => {
    const space = {
      settings: { 'plan.learningRate': logUniform(0.01, 1) },
      rounds: 2,
      trials: 2,
      eta: 2,
      leaders: 1,
      repeats: 1,
      finals: 1,
    };
    const scenario = clusters as unknown as Scenario;
    const set = [
      { path: 'data.clients', value: 6 },
      { path: 'data.heldOut', value: 50 },
      { path: 'cohort.goal', value: 3 },
    ];
    expect(await tuned({ space, scenario, set })).toMatchObject({ on: 'proxy', finalSeeds: [1] });
  });

  it('gives the command that runs the choice', async () => {
    const space = {
      ...given,
      settings: {
        'plan.epochs': choice([2, 3]),
        strategy: oneOf(
          { serverLearningRate: 0.5, name: 'fedAvgM' },
          { name: 'fedAvgM', serverLearningRate: 0.9 },
        ),
      },
      rounds: 2,
    };
    const { command } = await tuned({ space, set: [{ path: 'cohort.goal', value: 2 }] });
    expect(command).toMatch(
      /^npm run simulate -- watched --set cohort.goal=2 --set plan.epochs=[23] (--set strategy.serverLearningRate=0.5 --set strategy.name=fedAvgM|--set strategy.name=fedAvgM --set strategy.serverLearningRate=0.9) --set stop.rounds=2 --seeds 2$/,
    );
  });
});

describe('a search that can be none is refused before anything is trained', () => {
  // biome-ignore format: one a line
  it.each<[string, Partial<GivenSpace>, string]>([
    ['a path that there is not', { settings: { 'plan.learningrate': uniform(0, 1) } }, 'no setting "plan.learningrate". Did you mean "plan.learningRate"?'],
    ['the seed', { settings: { seed: integer(1, 9) } }, '"seed" is not searched: the search gives each training its seed'],
    ['the length', { settings: { 'stop.rounds': integer(1, 9) } }, 'give "rounds"'],
    ['the data', { settings: { 'data.noise': uniform(0, 1) } }, 'easier data is no better setting; set it with --set'],
    ['a setting within another', { settings: { model: oneOf({ hidden: 1 }, { hidden: 2 }), 'model.hidden': integer(1, 4) } }, 'put it into the alternatives'],
    ['values that the setting refuses', { settings: { 'plan.learningRate': uniform(1_500, 2_000) } }, 'plan.learningRate'],
    ['an unknown metric', { metric: 'recall' }, 'has no metric "recall"; there are accuracy, loss'],
    ['rounds for one place', { training: 'central', settings: { 'cohort.goal': integer(1, 3) } }, 'changes nothing where one place trains; there are plan.learningRate'],
  ])('%s', async (_, over, sentence) => {
    const state = newFolder();
    await expect(tuned({ space: { ...given, ...over }, state })).rejects.toMatchObject({
      code: 'config.invalid',
      detail: expect.stringContaining(sentence),
    });
    expect(() => linesOf(state)).toThrow('ENOENT');
  });

  it('a setting that is set', async () => {
    const set = [{ path: 'model.hidden', value: 3 }];
    await expect(tuned({ set })).rejects.toThrow('"model" is set and searched; leave out one of both');
  });

  it('a folder in which another search is at work', async () => {
    const state = newFolder();
    const attempts = await Promise.allSettled([tuned({ state }), tuned({ state })]);
    expect(attempts.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const refused = attempts.find(({ status }) => status === 'rejected') as PromiseRejectedResult;
    expect(String(refused.reason)).toContain('Another search is at work');
    // Once it is over, the folder is free.
    await tuned({ state });
  });

  it('the state of another search', async () => {
    const state = newFolder();
    await tuned({ state, space: { ...given, rounds: 1 } });
    await expect(tuned({ state })).rejects.toThrow(
      /is of another search \(space differs\)\. Go on with the same/,
    );
    await expect(tuned({ state, seed: 2, space: { ...given, rounds: 1 } })).rejects.toThrow('(seed differs)');
    writeFileSync(join(state, 'tune.jsonl'), 'something else\n');
    await expect(tuned({ state })).rejects.toThrow('tune.jsonl, line 1 is no line that a search wrote');
  });
});
