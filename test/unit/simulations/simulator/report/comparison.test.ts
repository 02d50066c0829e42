import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { averaged } from '@murmuration/simulations/report/comparison/averages';
import { compareRuns } from '@murmuration/simulations/report/comparison/compare';
import { comparisonTable } from '@murmuration/simulations/report/comparison/comparison-table';
import { differingSettings, groupsOf } from '@murmuration/simulations/report/comparison/groups';
import { EventLog } from '@murmuration/simulations/run-events/event-log';
import { type Run, RunSoFar } from '@murmuration/simulations/run-events/run';
import type { RunEvent } from '@murmuration/simulations/run-events/run-event';
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

  it('are refused, by their name, where one of them is not there', async () => {
    const page = join(folder, 'page.html');
    await expect(compareRuns([folder], page)).rejects.toMatchObject({
      code: 'report.malformed',
      detail: expect.stringContaining(join(folder, 'events.jsonl')),
    });
  });
});
