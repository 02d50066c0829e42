import type { AuditEntryMessage } from '@murmuration/api/audit';
import { inRange } from '@murmuration/dashboard/controls/changes';
import { rowsOf } from '@murmuration/dashboard/controls/save-chart';
import type { ChartContent } from '@murmuration/ui/charts/content';
import { describe, expect, it } from 'vitest';

const hour = 3_600;
const iso = (seconds: number) => new Date(seconds * 1_000).toISOString();

function entry(at: number, change: Partial<AuditEntryMessage>): AuditEntryMessage {
  const actor = { id: 'ada', name: 'Ada' };
  const [number, time, outcome] = [at, iso(at), 'done'];
  return { number, time, actor, action: 'task.settings', subject: 'line', outcome, changes: null, ...change };
}

const chart = (values: readonly number[], isTime: boolean): ChartContent => ({
  title: 'Chart',
  x: { label: 'when', values, isTime },
  y: { label: 'amount', format: String },
  kind: 'lines',
  series: [{ label: 'amount', colour: 'good', values: values.map((_, i) => i) }],
  place: String,
});

const changes = [
  entry(5 * hour, { action: 'version.rollback', subject: 'line@2' }),
  entry(4 * hour, {
    action: 'version.promote',
    subject: 'line/canary-7',
    changes: [{ field: 'champion', from: 3, to: 7 }],
  }),
  entry(3 * hour, { action: 'version.alias', subject: 'line@7 champion' }),
  entry(2.5 * hour, { changes: [{ field: 'cohort.goal', from: 2, to: 3 }] }),
];

const texts = (marks: ChartContent['marks']) =>
  (marks ?? []).map(({ text }) => text.replace(/^[^,]*, [^,]*, /, ''));

describe('the part of a chart in a range', () => {
  const hours = [1, 2, 3, 4, 5].map(each => each * hour);
  const all = { times: hours, range: undefined, changes, task: 'line' };

  it('has the values since its beginning, and reaches over all of it', () => {
    const shown = inRange(chart(hours, true), { ...all, range: [3 * hour, 6 * hour] });
    expect(shown.x).toMatchObject({ values: hours.slice(2), span: [3 * hour, 6 * hour] });
    expect(shown.series[0]!.values).toEqual([2, 3, 4]);
    expect(shown.marks!.map(({ at }) => at)).toEqual([3, 4, 5].map(each => each * hour));
  });

  it('marks changes of settings, promotions and rollbacks, oldest first', () => {
    const { marks } = inRange(chart(hours, true), all);
    expect(marks!.map(({ at, colour }) => [at / hour, colour])).toEqual([
      [2.5, 'muted'],
      [3, 'good'],
      [4, 'good'],
      [5, 'yours'],
    ]);
    expect(texts(marks)).toEqual([
      'settings: cohort.goal 2 → 3 (Ada)',
      'version 7 served (Ada)',
      'version 7 served (Ada)',
      'rolled back to version 2 (Ada)',
    ]);
  });

  it.each([
    ['failed', entry(3 * hour, { outcome: 'operator.forbidden' })],
    ['has only begun', entry(3 * hour, { outcome: 'begun' })],
    ['was before', entry(0.5 * hour, {})],
    ['was of another task', entry(3 * hour, { subject: 'liner' })],
    ['moved another alias', entry(3 * hour, { action: 'version.alias', subject: 'line@7 stable' })],
  ])('marks no change that %s', (_, change) => {
    expect(inRange(chart(hours, true), { ...all, changes: [change] }).marks).toEqual([]);
  });

  it('marks changes of all tasks by their names where it is of no task', () => {
    const others = [entry(3 * hour, { subject: 'words', changes: [] })];
    const { marks } = inRange(chart(hours, true), { ...all, changes: others, task: null });
    expect(marks![0]!.text).toContain(', words, settings: ');
  });

  it('puts changes between versions on an axis of versions', () => {
    const versions = [10, 20, 30, 40];
    const times = [1, 2, 3, 4].map(each => each * hour);
    const shown = inRange(chart(versions, false), { ...all, times, range: [2 * hour, 6 * hour] });
    expect(shown.x.values).toEqual([20, 30, 40]);
    expect(shown.marks!.map(({ at }) => at)).toEqual([25, 30, 40, 40]);
    const empty = inRange(chart(versions, false), { ...all, times, range: [4.5 * hour, 6 * hour] });
    expect([empty.x.values, empty.marks]).toEqual([[], []]);
  });
});

describe('rows of a chart', () => {
  it('have instants, values and the changes since the row before', () => {
    const content = inRange(chart([hour, 4 * hour], true), {
      times: [hour, 4 * hour],
      range: undefined,
      changes,
      task: 'line',
    });
    const [head, ...rows] = rowsOf(content);
    expect(head).toEqual(['when', 'amount', 'changes']);
    expect(rows.map(row => row.slice(0, 2))).toEqual([
      [iso(hour), 0],
      [iso(4 * hour), 1],
    ]);
    expect(rows[0]![2]).toBe('');
    expect(String(rows[1]![2]).split('; ')).toHaveLength(4);
  });

  it('have numbers of versions, and nothing where there is no value', () => {
    const content = chart([7], false);
    const rows = rowsOf({ ...content, series: [{ label: 'a', colour: 'good', values: [null] }] });
    expect(rows).toEqual([
      ['when', 'a', 'changes'],
      [7, null, ''],
    ]);
  });
});
