import { createHash } from 'node:crypto';
import { linearAxis, logAxis, valueAxis } from '@murmuration/monitoring/kit/axes';
import type { Chart } from '@murmuration/monitoring/kit/chart';
import { reportPage } from '@murmuration/monitoring/kit/document';
import { figureOf } from '@murmuration/monitoring/kit/figure';
import { describe, expect, it } from 'vitest';

const line = {
  name: 'a "b", c',
  colour: 1,
  dashed: false,
  round: [1, 2, 4],
  value: [0.5, 0.25, 1],
  band: null,
} as const;
const chart: Chart = {
  kind: 'lines',
  unit: 'share',
  label: 'accuracy',
  lines: [line, { ...line, name: 'other', round: [2, 3], value: [0, 1] }],
  references: [{ label: 'published', value: 0.5, round: 6 }],
};
const written = (chart: Chart) => figureOf({ id: 'one', title: 'One', summary: 'It rose.', chart }).text;

describe('an axis', () => {
  const texts = ({ ticks }: { ticks: readonly { text: string }[] }) => ticks.map(({ text }) => text);

  it('has round ticks in the unit that its label says', () => {
    const axis = linearAxis({ label: 'traffic', unit: 'bytes', low: 0, high: 4.2e6 });
    expect(axis.label).toBe('traffic (MB)');
    expect(texts(axis)).toEqual(['0', '1', '2', '3', '4']);
    expect(axis.ticks[2]!.at).toBeCloseTo((100 * 2) / 4.2);
    expect(texts(linearAxis({ label: 'x', unit: 'number', low: 0.1, high: 0.3, mostTicks: 2 }))).toEqual([
      '0.1',
      '0.2',
      '0.3',
    ]);
  });

  it('counts in integers, and rounds of one value fit', () => {
    expect(texts(linearAxis({ label: 'round', unit: 'count', low: 0, high: 2, isWhole: true }))).toEqual([
      '0',
      '1',
      '2',
    ]);
  });

  it('has powers where its scale is logarithmic', () => {
    const axis = logAxis('rate', 0.01, 1);
    expect(texts(axis)).toEqual(['0.01', '0.02', '0.05', '0.1', '0.2', '0.5', '1']);
    expect(axis.at(0.1)).toBeCloseTo(50);
  });

  it('leaves room for values, but none beyond all of a share', () => {
    const axis = valueAxis('accuracy', 'share', [0.9, 1]);
    expect(axis.at(1)).toBeCloseTo(100);
    expect(axis.at(0.9)).toBeGreaterThan(5);
    expect(valueAxis('gain', 'share', [-0.1, 0.1], true).label).toBe('gain (points)');
  });
});

describe('a figure', () => {
  it('draws each line at its values, and what was published within reach', () => {
    const text = written(chart);
    const [first, other] = [...text.matchAll(/<path class="line c1" d="M([^"]+)"/g)].map(([, path]) =>
      path!.split('L').map(point => point.split(' ').map(Number)),
    );
    expect(first!.map(([x]) => x)).toEqual([0, 20, 60]);
    expect(first![2]![1]).toBe(0);
    expect(other!.map(([, y]) => y)).toEqual([100, 0]);
    expect(text).toContain('<circle class="published" cx="100%"');
    const beyond: Chart = { ...chart, references: [{ label: 'published', value: 0.5, round: 7 }] };
    expect(written(beyond)).not.toContain('<circle class="published"');
  });

  it('has all values as CSV, those that are missing as empty cells', () => {
    const [, address] = /href="data:text\/csv;charset=utf-8,([^"]*)"/.exec(written(chart))!;
    expect(decodeURIComponent(address!.replaceAll('&#39;', "'"))).toBe(
      'round,"a ""b"", c",other\r\n1,0.5,\r\n2,0.25,0\r\n3,,1\r\n4,1,\r\n',
    );
  });

  it('gives the pointer the values at each place, over each abscissa that all lines have', () => {
    const views = (chart: Chart) =>
      [...written(chart).matchAll(/<script type="application\/json">(.*?)<\/script>/g)].map(([, data]) =>
        JSON.parse(data!),
      );
    const [view, ...others] = views(chart);
    expect(view).toMatchObject({ at: [0, 20, 40, 60], heads: ['round 1', 'round 2', 'round 3', 'round 4'] });
    expect(view.rows[1]).toEqual({ name: 'other', colour: 'c1', texts: [null, '0.0 %', '100.0 %', null] });
    expect(others).toEqual([]);
    const spent: Chart = { ...chart, lines: [{ ...line, bytes: [1e3, 2e3, 4e3], ms: [1, 2, 4] }] };
    expect(views(spent).map(({ heads }) => heads[1])).toEqual(['round 2', '2.00 kB', '2.00 ms']);
  });

  it('stacks layers upon one another, and sets losses apart from gains', () => {
    const layer = (name: string, value: number[]) => ({ name, colour: 1 as const, value });
    const stacked = written({
      kind: 'stack',
      unit: 'count',
      label: 'devices',
      round: [1, 2],
      roundsPerBar: 1,
      layers: [layer('kept', [100, 50]), layer('lost', [0, 50])],
    });
    const bars = [...stacked.matchAll(/<path class="bar c1" d="([^"]*)"/g)].map(([, path]) => path);
    expect(bars).toEqual([
      'M4.5 100H45.5V5.66H4.5ZM54.5 100H95.5V52.83H54.5Z',
      'M54.5 52.83H95.5V5.66H54.5Z',
    ]);
    expect(stacked).toMatch(/"heads":\["round 1","round 2"\],"rows":\[\{"name":"lost"/);
    const changed = (better: 'higher' | 'lower') =>
      written({ kind: 'changes', unit: 'share', label: 'x', change: [-0.2, 0.1], clientsPerBar: 1, better });
    expect(changed('higher')).toMatch(/class="bar better" d="M54\.5[^"]*Z"\/>.*class="bar worse" d="M4\.5/);
    expect(changed('higher')).toContain(
      '"colour":["worse","better"],"texts":["−20.0 points","+10.0 points"]',
    );
    expect(changed('lower')).toMatch(/class="bar better" d="M4\.5[^"]*Z"\/>.*class="bar worse" d="M54\.5/);
  });
});

it('a report with figures lets run its own script, and no other', () => {
  const report = { title: 'One', kind: 'kind', about: null, tiles: [] };
  const figure = { id: 'one', title: 'One', summary: 'It rose.', chart };
  const page = reportPage({ ...report, sections: [{ id: 's', title: 'S', figures: [figure] }] });
  const [, script] = /<script type="module">([\s\S]*?)<\/script>/.exec(page)!;
  const hash = createHash('sha256').update(script!).digest('base64');
  expect(page).toContain(`; script-src 'sha256-${hash}'"`);
  expect(reportPage({ ...report, sections: [] })).not.toContain('script');
});
