import { createHash } from 'node:crypto';
import { choiceAxis, cut, linearAxis, logAxis, valueAxis } from '@murmuration/monitoring/kit/axes';
import type { Chart, EffectChart } from '@murmuration/monitoring/kit/chart';
import { columnsOf } from '@murmuration/monitoring/kit/columns';
import { nothing, reportPage } from '@murmuration/monitoring/kit/document';
import { figureOf, tableMarkup } from '@murmuration/monitoring/kit/figure';
import { plot } from '@murmuration/monitoring/kit/plot';
import { describe, expect, it } from 'vitest';
import { attributes, tableOf } from './drawn.ts';

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

  it.each([
    [0, 6, ['0', '1', '2', '3', '4', '5', '6']],
    [0, 6.1, ['0', '2', '4', '6']],
    [0, 12, ['0', '2', '4', '6', '8', '10', '12']],
    [0, 12.1, ['0', '5', '10']],
    [0, 30.1, ['0', '10', '20', '30']],
    [-3, 7, ['-2', '0', '2', '4', '6']],
    [0, 2, ['0', '0.5', '1', '1.5', '2']],
    [0.1, 0.4, ['0.1', '0.2', '0.3', '0.4']],
    [0, 3e-4, ['0', '5e-5', '0.0001', '0.00015', '0.0002', '0.00025', '0.0003']],
    [0, 1.2e6, ['0', '200,000', '400,000', '600,000', '800,000', '1,000,000', '1,200,000']],
  ])('from %d to %d has the ticks %j', (low, high, expected) => {
    const { ticks, at, label } = linearAxis({ label: 'x', unit: 'number', low, high });
    expect(ticks.map(({ text }) => text)).toEqual(expected);
    expect(label).toBe('x');
    expect([at(low), at(high)]).toEqual([0, 100]);
    for (const tick of ticks) expect(tick.at).toBeCloseTo(at(Number(tick.text.replaceAll(',', ''))), 9);
  });

  it('says in which unit, by the greater end, and that differences of shares are points', () => {
    const labelOf = (unit: 'bytes' | 'share' | 'number', low: number, high: number, isDifference = false) =>
      linearAxis({ label: 'x', unit, low, high, isDifference }).label;
    expect([labelOf('bytes', -4.2e6, 10), labelOf('bytes', 10, 4.2e3)]).toEqual(['x (MB)', 'x (kB)']);
    expect([labelOf('share', 0, 1), labelOf('share', 0, 1, true)]).toEqual(['x (%)', 'x (points)']);
    expect([labelOf('number', 0, 1), labelOf('number', 0, 1, true)]).toEqual(['x', 'x']);
  });

  it.each([
    [1e-4, 1, ['0.0001', '0.001', '0.01', '0.1', '1']],
    [1e-5, 1e-4, ['1e-5', '2e-5', '5e-5', '0.0001']],
    [0.001, 1, ['0.001', '0.002', '0.005', '0.01', '0.02', '0.05', '0.1', '0.2', '0.5', '1']],
    [0.03, 4, ['0.05', '0.1', '0.2', '0.5', '1', '2']],
    [5, 5, ['5']],
  ])('of powers from %d to %d has the ticks %j', (low, high, expected) => {
    const axis = logAxis('rate', low, high);
    expect(axis.label).toBe('rate');
    expect(texts(axis)).toEqual(expected);
    for (const { at, text } of axis.ticks)
      expect(at).toBeCloseTo((100 * Math.log(Number(text) / low)) / (Math.log(high / low) || 1), 9);
  });

  it('has choices at the middle of their places, cut to 44 characters together, but not below 4', () => {
    const { label, ticks, at } = choiceAxis('x', ['a'.repeat(14), 'b'.repeat(15), 'c']);
    expect(label).toBe('x');
    expect(ticks.map(({ text }) => text)).toEqual(['a'.repeat(14), `${'b'.repeat(13)}…`, 'c']);
    expect(ticks.map(each => each.at.toFixed(2))).toEqual(['16.67', '50.00', '83.33']);
    expect(at(0.5).toFixed(2)).toBe('33.33');
    expect(texts(choiceAxis('x', ['12345', '1234', ...Array(20).fill('x')])).slice(0, 2)).toEqual([
      '123…',
      '1234',
    ]);
    expect([cut('a😀b', 3), cut('a😀bc', 3)]).toEqual(['a😀b', 'a😀…']);
  });

  it.each([
    ['share', [0.9, 1], false, 0.892, 1],
    ['share', [0.9, 1], true, 0.892, 1.008],
    ['number', [0.9, 1], false, 0.892, 1.008],
    ['number', [5, 5], false, 4.6, 5.4],
    ['number', [-5, -5], false, -5.4, -4.6],
    ['number', [0, 0], false, 0, 0.08],
    ['number', [1, -1, 0], false, -1.16, 1.16],
    ['number', [-2, 0], false, -2.16, 0.16],
    ['share', [-0.2, -0.1], true, -0.208, 0.008],
    ['share', [-0.2, 0], true, -0.216, 0.016],
    ['share', [0.01, 0.2], false, 0, 0.2152],
  ] as const)(
    'of a %s holds %j (a difference: %s) from %d to %d',
    (unit, values, isDifference, low, high) => {
      const { at } = valueAxis('x', unit, values, isDifference);
      expect(at(low)).toBeCloseTo(0, 9);
      expect(at(high)).toBeCloseTo(100, 9);
      expect(valueAxis('x', unit, values).label).toBe(unit === 'share' ? 'x (%)' : 'x');
    },
  );

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

  it('is marked where something happened, though nothing was measured in that round', () => {
    const events = [{ round: 3.5, bytes: 3e3, text: 'It failed.' }];
    const spent: Chart = { ...chart, lines: [{ ...line, bytes: [1e3, 2e3, 4e3] }], references: [] };
    const text = figureOf({ id: 'one', title: 'One', summary: 'It rose.', chart: spent }, events).text;
    const [overRounds, overBytes] = [
      ...text.matchAll(/<script type="application\/json">(.*?)<\/script>/g),
    ].map(([, data]) => JSON.parse(data!));
    expect(overRounds.rounds).toEqual([1, 2, 3.5, 4]);
    expect(overRounds.rows[0].texts).toEqual(['50.0 %', '25.0 %', null, '100.0 %']);
    expect(overBytes).toMatchObject({ rounds: [1, 2, 3.5, 4], at: [0, 33.33, 66.67, 100] });
    expect(text.match(/<circle class="event" cx="(?:83\.33|66\.67)%" cy="100%"/g)).toHaveLength(2);
    expect(text).toContain('something happened');
    expect(written(spent)).not.toContain('something happened');
    const changed: Chart = {
      kind: 'changes',
      unit: 'share',
      label: 'x',
      change: [1],
      clientsPerBar: 1,
      better: 'lower',
    };
    expect(figureOf({ id: 'one', title: 'One', summary: '', chart: changed }, events).text).not.toContain(
      'event',
    );
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

const effect: EffectChart = {
  kind: 'effect',
  unit: 'share',
  label: 'accuracy',
  setting: 'optimizer, on the server',
  scale: 'choices',
  choices: ['adam', 'sgd'],
  trials: { at: [0, 1], value: [0.1, 0.2] },
  expected: { at: [0, 1], value: [0.15, 0.2], low: [0.1, 0.1], high: [0.2, 0.3] },
};
const stack: Chart = {
  kind: 'stack',
  unit: 'count',
  label: 'devices',
  round: [2, 5],
  roundsPerBar: 3,
  layers: [{ name: 'kept', colour: 4, value: [1_000, 5] }],
};
const changes: Chart = {
  kind: 'changes',
  unit: 'share',
  label: 'gain',
  change: [-0.2, 0, 0.1],
  clientsPerBar: 40,
  better: 'higher',
};

describe('the values of a chart', () => {
  /** Names and texts of all columns, the place first. */
  const texts = (chart: Chart, over: 'round' | 'bytes' | 'ms' = 'round') => {
    const { place, values } = columnsOf(chart, over);
    return [place, ...values].map(({ name, values, format }) => [name, ...values.map(format)]);
  };

  it('are those of lines, in the order of their rounds', () => {
    expect(texts(chart)).toEqual([
      ['round', '1', '2', '3', '4'],
      ['a "b", c', '50.0 %', '25.0 %', '–', '100.0 %'],
      ['other', '–', '0.0 %', '100.0 %', '–'],
    ]);
    expect(texts({ ...chart, step: 'epoch' } as Chart)[0]![0]).toBe('epoch');
    const unsorted: Chart = { ...chart, lines: [{ ...line, round: [10, 9, 2], bytes: [1e4, 9, 2e3] }] };
    expect(texts(unsorted)[0]).toEqual(['round', '2', '9', '10']);
    expect(texts(unsorted, 'bytes')[0]).toEqual(['', '9 B', '2.00 kB', '10.0 kB']);
    expect(columnsOf(chart, 'round').values.map(({ colour }) => colour)).toEqual(['c1', 'c1']);
  });

  it('are those of bars, of changes and of an effect', () => {
    expect(texts(stack)).toEqual([
      ['round, in the middle', '2', '5'],
      ['kept', '1,000', '5'],
    ]);
    expect(columnsOf(stack, 'round').values[0]!.colour).toBe('c4');
    expect(texts({ ...stack, roundsPerBar: 1 } as Chart)[0]![0]).toBe('round');
    expect(texts(changes)).toEqual([
      ['client, from the worst off', '1', '41', '81'],
      ['gain', '−20.0 points', '±0.0 points', '+10.0 points'],
    ]);
    expect(columnsOf(changes, 'round')).toMatchObject({
      at: [1, 41, 81],
      values: [{ colour: ['worse', 'worse', 'better'] }],
    });
    const expected = [
      ['expected', '15.0 %', '20.0 %'],
      ['from', '10.0 %', '10.0 %'],
      ['to', '20.0 %', '30.0 %'],
    ];
    expect(texts(effect)).toEqual([['optimizer, on the server', 'adam', 'sgd'], ...expected]);
    expect(columnsOf(effect, 'round').values.map(({ colour }) => colour)).toEqual(['c1', 'c1', 'c1']);
    expect(texts({ ...effect, scale: 'linear' })).toEqual([
      ['optimizer, on the server', '0', '1.00'],
      ...expected,
    ]);
  });
});

describe('what is around a chart', () => {
  const looks = (chart: Chart) =>
    [...written(chart).matchAll(/<li><i class="swatch (.*?)"><\/i>(.*?)<\/li>/g)].map(([, look, name]) => [
      look,
      name,
    ]);

  it('is a legend', () => {
    expect(
      looks({ ...chart, lines: [line, { ...line, name: 'other', dashed: true, colour: 3 }] } as Chart),
    ).toEqual([
      ['c1', 'a &quot;b&quot;, c'],
      ['c3 dashed', 'other'],
      ['published', 'published'],
    ]);
    expect(looks({ ...chart, lines: [{ ...line, name: 'a' }], references: [] } as Chart)).toEqual([
      ['c1', 'a'],
    ]);
    expect(looks(stack)).toEqual([['c4', 'kept']]);
    expect(looks(changes)).toEqual([
      ['better', 'better off'],
      ['worse', 'worse off'],
    ]);
    expect(looks(effect)).toEqual([
      ['dot c6', 'a trial'],
      ['c1', 'expected, whatever the other settings are'],
    ]);
  });

  it('is a frame, with the place of each chart under the pointer', () => {
    const text = written(effect);
    expect(text).toMatch(
      /^<figure class="chart" id="one">\n<figcaption><h3>One<\/h3><p>It rose.<\/p><\/figcaption>/,
    );
    expect(text).toContain(
      '<div class="views" data-chart="one" aria-hidden="true"><div class="view over-round">',
    );
    expect(text).toContain('<summary>One: values as a table</summary>');
    expect(text).toContain('<a download="one.csv" href="data:text/csv;charset=utf-8,');
    expect(text).toContain('"heads":["optimizer adam","optimizer sgd"]');
    const lost = { ...chart, lines: [{ ...line, bytes: [1, 2, 3] }, line] } as Chart;
    expect(attributes(written(lost), 'div', 'class').filter(name => name?.startsWith('view '))).toEqual([
      'view over-round',
    ]);
    const bytes = { ...chart, lines: [{ ...line, bytes: [1, 2, 3] }] } as Chart;
    expect(attributes(written(bytes), 'div', 'class').filter(name => name?.startsWith('view '))).toEqual([
      'view over-round',
      'view over-bytes',
    ]);
  });

  it.each([
    [40, 1, 40],
    [41, 2, 21],
    [42, 2, 22],
    [81, 3, 28],
  ])('is a table: of %i rows every %i. and the last, %i', (count, step, rows) => {
    const round = Array.from({ length: count }, (_, at) => at + 1);
    const long = { ...chart, references: [], lines: [{ ...line, name: 'a', round, value: round }] } as Chart;
    const [head, ...body] = tableOf(written(long), 'One');
    expect(head).toEqual(['round', 'a']);
    expect(body).toHaveLength(rows);
    expect(body.slice(0, 2).map(([first]) => first)).toEqual(['1', String(1 + step)]);
    expect(body.at(-1)![0]).toBe(String(count));
    expect(written(long).match(/%0D%0A/g)).toHaveLength(count + 1);
  });

  it('is a table whose cells have names on a phone, if they are more than two in a row', () => {
    expect(tableMarkup('cap', ['a', 'b', 'c'], [['1', '2', '3']]).text).toBe(
      '<div class="scroll" role="group" aria-label="cap" tabindex="0"><table class="wide">\n' +
        '<thead><tr><th scope="col">a</th><th scope="col">b</th><th scope="col">c</th></tr></thead>\n' +
        '<tbody><tr><th scope="row">1</th><td data-label="b">2</td><td data-label="c">3</td></tr>\n' +
        '</tbody></table></div>',
    );
    expect(tableMarkup('cap', ['a', 'b'], [['1', '2']]).text).toContain(
      '<table>\n<thead><tr><th scope="col">a</th><th scope="col">b</th></tr></thead>\n<tbody><tr><th scope="row">1</th><td>2</td></tr>',
    );
  });

  it('quotes a text of CSV that has a comma, a quote or a new line', () => {
    const csv = (name: string) => {
      const one = { ...stack, layers: [{ name, colour: 1, value: [1, 2] }] } as Chart;
      const [, address] = /charset=utf-8,([^"]*)"/.exec(written(one))!;
      return decodeURIComponent(address!.replaceAll('&#39;', "'")).split('\r\n2,')[0];
    };
    expect([csv('a'), csv('a,b'), csv('a"b'), csv('a\nb'), csv('a\rb')]).toEqual([
      '"round, in the middle",a',
      '"round, in the middle","a,b"',
      '"round, in the middle","a""b"',
      '"round, in the middle","a\nb"',
      '"round, in the middle","a\rb"',
    ]);
  });
});

describe('a plot', () => {
  it('writes long ticks inwards at its ends', () => {
    const ticks = (text: string) => [0, 9.9, 10, 90, 90.1, 100].map(at => ({ at, text }));
    const anchors = (text: string) =>
      attributes(
        plot(
          { label: 'x', at: Number, ticks: ticks(text) },
          { label: 'y', at: Number, ticks: [] },
          null,
          null,
        ).text,
        'text',
        'class',
      ).slice(0, 6);
    expect(anchors('8 digits')).toEqual(Array(6).fill('middle'));
    expect(anchors('and more.')).toEqual(['start', 'start', 'middle', 'middle', 'end', 'end']);
  });
});

it('a report has a head, tiles, a way to each section, and a foot', () => {
  const page = reportPage({
    title: 'One & only',
    kind: 'kind',
    heading: 'Heading',
    about: 'about',
    tiles: [
      { name: 'n', value: 'v', beside: 'b' },
      { name: 'm', value: 3 },
    ],
    sections: [
      { id: 's', title: 'S', before: 'before', after: 'after' },
      { id: 't', title: 'T', figures: [] },
    ],
    footer: 'foot',
  });
  expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
  expect(page).toContain('<title>One &amp; only</title>');
  expect(page).toContain("img-src data:; base-uri 'none'; form-action 'none'\"");
  const [, body] = /<body>\n(.*)<\/body>/s.exec(page)!;
  expect(body!.replaceAll(/\n+/g, '\n')).toBe(
    [
      '<a class="skip" href="#content">Skip to the figures</a>',
      '<header>',
      '<p class="kind">kind</p>',
      '<h1>Heading</h1>',
      'about',
      '<dl class="tiles"><div><dt>n</dt><dd><b>v</b><span>b</span></dd></div>',
      '<div><dt>m</dt><dd><b>3</b><span></span></dd></div>',
      '</dl>',
      '</header>',
      '<main id="content">',
      '<nav aria-label="Sections"><ul><li><a href="#s">S</a></li><li><a href="#t">T</a></li></ul></nav>',
      '<section id="s" aria-labelledby="s-title">',
      '<h2 id="s-title">S</h2>',
      'before',
      'after',
      '</section><section id="t" aria-labelledby="t-title">',
      '<h2 id="t-title">T</h2>',
      '</section>',
      '</main>',
      '<footer>foot</footer>',
      '',
    ].join('\n'),
  );
  const [icon] = attributes(page, 'link', 'href');
  expect(decodeURIComponent(icon!)).toMatch(
    /^data:image\/svg\+xml,<svg xmlns="http:\/\/www.w3.org\/2000\/svg" /,
  );
  const bare = reportPage({ title: 'One', kind: 'kind', about: null, tiles: [], sections: [] });
  expect(bare).toContain('<h1>One</h1>');
  expect(bare).not.toMatch(/<dl|<footer|class="figures"/);
  expect(nothing('No round yet.').text).toBe('<p class="nothing">No round yet.</p>');
});

it('a report with figures lets run its own script, and no other', () => {
  const report = { title: 'One', kind: 'kind', about: null, tiles: [] };
  const figure = { id: 'one', title: 'One', summary: 'It rose.', chart };
  const page = reportPage({
    ...report,
    sections: [
      { id: 's', title: 'S', figures: [figure] },
      { id: 't', title: 'T' },
    ],
  });
  expect(page).toContain('<h2 id="s-title">S</h2>\n\n<div class="figures"><figure class="chart" id="one">');
  const [, script] = /<script type="module">([\s\S]*?)<\/script>/.exec(page)!;
  const hash = createHash('sha256').update(script!).digest('base64');
  expect(page).toContain(`; script-src 'sha256-${hash}'"`);
  expect(reportPage({ ...report, sections: [] })).not.toContain('script');
});
