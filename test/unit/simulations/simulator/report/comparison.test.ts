import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { averaged } from '@murmuration/simulations/report/comparison/averages';
import { compareRuns } from '@murmuration/simulations/report/comparison/compare';
import { comparisonTable } from '@murmuration/simulations/report/comparison/comparison-table';
import { differingSettings, groupsOf } from '@murmuration/simulations/report/comparison/groups';
import { listRuns } from '@murmuration/simulations/report/comparison/kept-runs';
import { Recorder } from '@murmuration/simulations/report/recorder';
import { EventLog } from '@murmuration/simulations/run-events/event-log';
import { type Run, RunSoFar } from '@murmuration/simulations/run-events/run';
import type { RunBegun, RunEvent } from '@murmuration/simulations/run-events/run-event';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { begun, ended, roundOf } from './events.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'murmuration-compare-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A run whose accuracy is `of` the round, in as many rounds as that gives figures. */
function eventsOf(seed: number, learningRate: number, accuracies: readonly (number | null)[]): RunEvent[] {
  return [
    { ...begun, seed, settings: { plan: { learningRate, epochs: 1 }, seed } },
    ...accuracies.map((accuracy, i) => roundOf(i + 1, { metrics: { accuracy } })),
    ended,
  ];
}

function runOf(...given: Parameters<typeof eventsOf>): Run {
  const run = new RunSoFar();
  for (const event of eventsOf(...given)) run.take(event);
  return run.run;
}

describe('runs side by side', () => {
  const runs = [
    runOf(1, 0.1, [0.2, 0.5, 0.98]),
    runOf(1, 0.3, [0.4, 0.97]),
    runOf(2, 0.1, [0.4, null, 0.99, 0.99]),
  ];

  it('are one where they differ in their seed alone', () => {
    const groups = groupsOf(runs);
    expect(
      groups.map(({ letter, name, runs }) => [letter, name, runs.map(({ begun }) => begun.seed)]),
    ).toEqual([
      ['A', 'learningRate 0.1', [1, 2]],
      ['B', 'learningRate 0.3', [1]],
    ]);
    expect(differingSettings(groups)).toEqual([{ path: 'plan.learningRate', values: ['0.1', '0.3'] }]);
  });

  it('are refused where one seed has two results, which no mean tells', () => {
    const [one, same] = [runOf(1, 0.1, [0.2]), runOf(1, 0.1, [0.4])];
    const begunWith = (run: Run, hash: string, label?: string): Run => ({
      ...run,
      begun: { ...run.begun, firstModelSha256: hash.repeat(64), ...(label && { label }) },
    });
    expect(() => groupsOf([begunWith(one, 'a'), begunWith(same, 'b')])).toThrow(
      'have the same settings and the same seed, 1, but began with different models (SHA-256 aaaaaaaaaaaaaaaa and bbbbbbbbbbbbbbbb)',
    );
    const endedWith = (run: Run, hash: string): Run => ({
      ...run,
      ended: { ...ended, weightsSha256: hash.repeat(64) },
    });
    expect(() => groupsOf([endedWith(one, 'a'), endedWith(same, 'b')])).toThrow(
      'but came to different models',
    );
    const inRealTime = (run: Run): Run => ({ ...run, begun: { ...run.begun, transport: 'sockets' } });
    expect(groupsOf([endedWith(one, 'a'), endedWith(same, 'b')].map(inRealTime))).toHaveLength(1);
    expect(groupsOf([begunWith(one, 'a'), begunWith(same, 'a')])).toHaveLength(1);
    expect(groupsOf([begunWith(one, 'a'), runOf(2, 0.1, [0.3])])).toHaveLength(1);
    // Names keep apart what a person wants to see apart.
    expect(
      groupsOf([begunWith(one, 'a', 'before'), begunWith(same, 'b', 'after')]).map(({ name }) => name),
    ).toEqual(['before', 'after']);
  });

  it('are called by their names, with what differs where two have the same', () => {
    const named = (run: Run, label: string): Run => ({ ...run, begun: { ...run.begun, label } });
    const groups = groupsOf([named(runs[0]!, 'slow'), named(runs[1]!, 'fast'), named(runs[2]!, 'slow')]);
    expect(groups.map(({ name }) => name)).toEqual(['slow', 'fast']);
    expect(comparisonTable(groups)).toContainEqual(['name', 'slow', 'fast']);
    expect(
      groupsOf([named(runs[0]!, 'trial'), named(runs[1]!, 'trial'), runs[2]!]).map(({ name }) => name),
    ).toEqual(['trial, learningRate 0.1', 'trial, learningRate 0.3', 'learningRate 0.1']);
  });

  it('are averaged over the rounds that all seeds measured, between their extremes', () => {
    const { round, value, low, high, bytes } = averaged([runs[0]!, runs[2]!], 'accuracy');
    expect(round).toEqual([1, 3]);
    expect(value).toEqual([(0.2 + 0.4) / 2, (0.98 + 0.99) / 2]);
    expect([low, high]).toEqual([
      [0.2, 0.98],
      [0.4, 0.99],
    ]);
    expect(bytes).toEqual([130_000, 390_000]);
  });

  it('stand in one table: what differs, and what they came to', () => {
    const table = new Map(comparisonTable(groupsOf(runs)).map(([name, ...cells]) => [name, cells]));
    expect(table.get('')).toEqual(['A', 'B']);
    expect(table.get('seeds')).toEqual(['1, 2', '1']);
    expect(table.get('plan.learningRate')).toEqual(['0.1', '0.3']);
    expect(table.has('plan.epochs')).toBe(false);
    expect(table.get('accuracy')).toEqual(['98.5 % (98.0 % to 99.0 %)', '97.0 %']);
    expect(table.get('rounds to 97.0 % accuracy')).toEqual(['2.96 (2.93 to 2.98)', '2.00']);
    expect(table.get('rounds')).toEqual(['3.50 (3 to 4)', '2']);
  });

  it('say that a target was not reached where one seed did not reach it', () => {
    const table = new Map(
      comparisonTable(groupsOf([runOf(1, 0.1, [0.98]), runOf(2, 0.1, [0.5])])).map(([name, ...cells]) => [
        name,
        cells,
      ]),
    );
    expect(table.get('rounds to 97.0 % accuracy')).toEqual(['–']);
  });

  it('are read from their folders or events, and written as a page', async () => {
    const paths = [eventsOf(1, 0.1, [0.2, 0.5]), eventsOf(1, 0.2, [0.3, 0.6])].map((events, i) => {
      const path = join(folder, `${i}.jsonl`);
      const log = new EventLog(path);
      for (const event of events) log.write(event);
      log.close();
      return path;
    });
    const page = join(folder, 'compared', 'page.html');
    const { figures } = await compareRuns(paths, page);
    expect(figures).toMatchObject({
      groups: [
        { letter: 'A', seeds: [1], figures: { accuracy: { mean: 0.5, low: 0.5, high: 0.5 } } },
        { letter: 'B', seeds: [1], figures: { accuracy: { mean: 0.6 } } },
      ],
    });
    expect(await readFile(page, 'utf8')).toMatch(/^<!doctype html>/);
  });

  it('are found by name, whose seeds are one line, and searched by what they are called', async () => {
    const record = (label: string, seed: number, rate: number, startedAt: number) => {
      const recorder = new Recorder(folder);
      const [first, ...others] = eventsOf(seed, rate, [0.2, rate]) as [RunBegun, ...RunEvent[]];
      for (const event of [{ ...first, label, startedAt, notes: `rate ${rate}` }, ...others])
        recorder.take(event);
      return recorder.finish();
    };
    for (const [place, [label, seed, rate]] of (
      [
        ['slow', 1, 0.1],
        ['slow', 2, 0.1],
        ['docs', 1, 0.05],
      ] as const
    ).entries())
      await record(label, seed, rate, begun.startedAt + 60_000 * place);
    await mkdir(join(folder, 'no run'));

    const all = await listRuns([], folder);
    expect(all.table.map(row => row.slice(0, 3))).toEqual([
      ['name', 'scenario', 'seed'],
      ['docs', 'digits', '1'],
      ['slow', 'digits', '2'],
      ['slow', 'digits', '1'],
    ]);
    expect(all.table[1]!.slice(3, 7)).toEqual(['2025-10-09 08:55 UTC', '2', 'accuracy 5.0 %', 'finished']);
    expect((await listRuns(['SLOW', 'rate 0.1'], folder)).figures.runs).toHaveLength(2);
    expect((await listRuns(['other'], folder)).table).toEqual([[`${folder} has no such run.`]]);
    expect((await listRuns([], join(folder, 'none'))).figures).toEqual({ runs: [] });

    const page = join(folder, 'page.html');
    // A name goes before a folder of this name, such as that of the scenario.
    const compared = await compareRuns(['slow', 'docs'], page, folder);
    expect(compared.figures).toMatchObject({
      groups: [
        { name: 'slow', seeds: [2, 1] },
        { name: 'docs', seeds: [1] },
      ],
    });
    expect(compared.table).toContainEqual(['plan.learningRate', '0.1', '0.05']);
    expect(await readFile(page, 'utf8')).toContain('A: slow');
    const byFolder = all.table[1]!.at(-1)!;
    await expect(compareRuns([byFolder, 'slow'], page, folder)).resolves.toBeDefined();
    await expect(compareRuns(['slwo', 'docs'], page, folder)).rejects.toThrow(
      /no run of the name "slwo".*Did you mean "slow"\? --list/,
    );
    await expect(compareRuns(['docs'], page, folder)).rejects.toThrow('Give two runs or more');
  });

  it('are refused, by their name, where one of them is not there', async () => {
    const page = join(folder, 'page.html');
    await expect(compareRuns([folder], page)).rejects.toMatchObject({
      code: 'report.malformed',
      detail: expect.stringContaining(join(folder, 'events.jsonl')),
    });
  });
});
