import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import type { Alias, AliasStore } from '@murmuration/rounds/registry/aliases';
import type { AddedTaskStore } from '@murmuration/rounds/task/added-tasks';
import type { SettingsStore } from '@murmuration/rounds/task/settings-store';
import type { AddedWordsStore } from '@murmuration/rounds/vocabulary/added-words';
import type { Silence, SilenceStore } from '@murmuration/storage/operation/attention';
import type { HourlyCount, HourlyCountStore } from '@murmuration/storage/operation/hourly-counts';
import { describe, expect, it } from 'vitest';

const line = 'line' as TaskName;
const plane = 'plane' as TaskName;

const aliasOf = (alias: string, number: number, task = line): Alias => ({
  task,
  alias,
  number,
  model: String(number).repeat(64) as ModelHash,
  newest: number + 1,
  setAt: 1_000 + number,
  setBy: 'Ada “the first”',
});

/** What every store of aliases keeps to. */
export function aliasesContract(name: string, open: () => Promise<AliasStore>) {
  describe(`${name} as aliases`, () => {
    it('sets some, moves some and takes some away, all at once, each for its task', async () => {
      const aliases = await open();
      expect(await aliases.of(line)).toEqual([]);
      await aliases.change(line, [aliasOf('champion', 1), aliasOf('base', 1)]);
      await aliases.change(plane, [aliasOf('champion', 3, plane)]);
      await aliases.change(line, [aliasOf('champion', 2)], ['base', 'none']);
      expect(await aliases.of(line)).toEqual([aliasOf('champion', 2)]);
      expect(await aliases.of(plane)).toEqual([aliasOf('champion', 3, plane)]);
      expect(await aliases.models()).toEqual(new Set([aliasOf('', 2).model, aliasOf('', 3).model]));
    });
  });
}

/** What every store of added tasks keeps to. */
export function addedTasksContract(name: string, open: () => Promise<AddedTaskStore>) {
  describe(`${name} as added tasks`, () => {
    it('keeps each task once, in the order in which they were added', async () => {
      const store = await open();
      expect(await store.all()).toEqual([]);
      const first = { task: plane, file: 'plane.ts', addedAt: 5, addedBy: 'Ada' };
      await store.put({ ...first, file: 'old.ts' });
      await store.put(first);
      const second = { task: line, file: 'line.task.js', addedAt: 6, addedBy: 'Ada “the first”' };
      await store.put(second);
      expect(await store.all()).toEqual([first, second]);
    });
  });
}

/** What every store of added words keeps to. */
export function addedWordsContract(name: string, open: () => Promise<AddedWordsStore>) {
  describe(`${name} as added words`, () => {
    it('keeps those of each task, in their order, in place of the ones before', async () => {
      const store = await open();
      expect(await store.of(line)).toBeUndefined();
      const first = { task: line, words: ['brighton'], addedAt: 5, addedBy: 'Ada' };
      const second = {
        ...first,
        words: ['brighton', 'Ångström “x”', '\u{1F600}'],
        addedAt: 6,
        addedBy: 'Bob',
      };
      const other = { ...first, task: plane, words: ['kite'] };
      for (const each of [first, other, second]) await store.put(each);
      expect([await store.of(line), await store.of(plane)]).toEqual([second, other]);
    });
  });
}

/** What every store of silences keeps to. */
export function silencesContract(name: string, open: () => Promise<SilenceStore>) {
  describe(`${name} as silences`, () => {
    it('keeps one for each kind of alert until it ends', async () => {
      const store = await open();
      expect(await store.after(0)).toEqual([]);
      const ofLine = { rule: 'rounds-failing', task: line, until: 100, by: 'Ada' } as const;
      const ofAll = { rule: 'disk-filling', task: null, until: 200, by: 'Ada “the first”' } as const;
      await store.put({ ...ofLine, until: 50 });
      for (const each of [ofLine, ofAll]) await store.put(each);
      const byRule = (found: readonly Silence[]) => new Map(found.map(each => [each.rule, each]));
      const both = new Map<string, Silence>([
        ['rounds-failing', ofLine],
        ['disk-filling', ofAll],
      ]);
      expect(byRule(await store.after(99))).toEqual(both);
      expect(byRule(await store.after(99))).toEqual(both);
      expect(await store.after(100)).toEqual([ofAll]);
      expect(await store.after(200)).toEqual([]);
      expect(await store.after(0)).toEqual([]);
    });
  });
}

/** What every store of settings keeps to. */
export function settingsContract(name: string, open: () => Promise<SettingsStore>) {
  describe(`${name} as settings of tasks`, () => {
    it('keeps the newest ones of each task, number by number', async () => {
      const store = await open();
      expect(await store.of(line)).toBeUndefined();
      const kept = {
        task: line,
        planVersion: 2,
        settings: { plan: { learningRate: 0.1, gradientClip: null }, masking: 'off' },
        changedAt: 5,
        changedBy: 'Ada',
      };
      await store.put(kept);
      await store.put({ ...kept, planVersion: 3 });
      expect(await store.of(line)).toEqual({ ...kept, planVersion: 3 });
      expect(await store.of(plane)).toBeUndefined();
    });
  });
}

/** What every store of counts by the hour keeps to. */
export function hourlyCountsContract(
  name: string,
  open: () => Promise<HourlyCountStore>,
  reopen?: () => Promise<HourlyCountStore>,
) {
  describe(`${name} as counts by the hour`, () => {
    const count = (hour: number, amount: number, of = 'waiting', task = 'line'): HourlyCount => ({
      hour: hour * 3_600_000,
      series: 'check-ins',
      task,
      name: of,
      count: amount,
    });

    it('adds up what is counted in an hour, and forgets old hours', async () => {
      const store = await open();
      await store.add([count(1, 2), count(2, 3), count(2, 1, 'later')], 0);
      await store.add(
        [count(2, 4), count(2, 7, 'waiting', 'plane'), { ...count(2, 5), series: 'refusals' }],
        0,
      );
      const since = async (hour: number) =>
        (await store.since('check-ins', hour * 3_600_000)).map(each => JSON.stringify(each)).sort();
      const sorted = (counts: HourlyCount[]) => counts.map(each => JSON.stringify(each)).sort();
      const second = [count(2, 7), count(2, 1, 'later'), count(2, 7, 'waiting', 'plane')];
      expect(await since(0)).toEqual(sorted([count(1, 2), ...second]));
      expect(await since(2)).toEqual(sorted(second));
      await store.add([count(3, 1)], 2 * 3_600_000);
      expect(await since(0)).toEqual(sorted([...second, count(3, 1)]));
      expect(await store.since('refusals', 0)).toEqual([{ ...count(2, 5), series: 'refusals' }]);
      if (reopen) expect((await (await reopen()).since('check-ins', 0)).length).toBe(4);
    });
  });
}
