import type { Chart, EffectChart, LineChart } from '@murmuration/monitoring/kit/chart';
import { draw } from '@murmuration/monitoring/kit/drawings';
import { describe, expect, it } from 'vitest';
import { attributes, textsOf } from './drawn.ts';

const drawn = (chart: Chart, over: 'round' | 'bytes' | 'ms' = 'round') => draw(chart, over).markup.text;

const line = {
  name: 'a',
  colour: 1,
  dashed: false,
  round: [1, 2, 4],
  value: [0.5, 0.25, 1],
  band: null,
} as const;
const lines: LineChart = {
  kind: 'lines',
  unit: 'share',
  label: 'accuracy',
  lines: [
    { ...line, band: { low: [0.4, 0.2, 0.9], high: [0.6, 0.3, 1] } },
    { ...line, colour: 2, dashed: true, round: [3], value: [0.75] },
  ],
  references: [],
};
/** Places of the labels of published versions, in percent from the top. */
const labels = (text: string) => attributes(text, 'text class="end published"', 'y');

describe('a drawing of lines', () => {
  it('has each at its values within its band, and one of a single round as a dot', () => {
    const text = drawn(lines);
    expect(text).toMatch(/^<svg class="plot" aria-hidden="true">/);
    // From 0.136, with 8 % of 0.8 as room below, to 1.
    expect(attributes(text, 'path', 'd')).toEqual([
      'M0 46.3L33.33 81.02L100 0L100 11.57L33.33 92.59L0 69.44Z',
      'M0 57.87L33.33 86.81L100 0',
    ]);
    expect(attributes(text, 'path', 'class')).toEqual(['band c1', 'line c1']);
    expect(text).toContain('<circle class="c2 dashed" cx="66.67%" cy="28.94%" r="4"/>');
    expect(textsOf(text, 'text')).toEqual([
      ...['20', '40', '60', '80', '100'],
      ...['1', '2', '3', '4'],
      ...['round', 'accuracy (%)'],
    ]);
    expect(attributes(text, 'line', 'y1')).toEqual(attributes(text, 'line', 'y2'));
    expect(attributes(text, 'line', 'y1')).toEqual(['92.59%', '69.44%', '46.3%', '23.15%', '0%']);
    expect(attributes(text, 'text class="end"', 'y')).toEqual(attributes(text, 'line', 'y1'));
    expect(attributes(text, 'text class="middle"', 'x')).toEqual(['0%', '33.33%', '66.67%', '100%', '50%']);
    const one = { ...line, round: [3], value: [0.75], band: { low: [0.5], high: [1] } };
    const single = drawn({ ...lines, lines: [one] });
    expect(single).toContain('<line class="line c1" x1="50%" y1="92.59%" x2="50%" y2="0%"/>');
    expect(single).toContain('<circle class="c1" cx="50%"');
    // A round before and one after: a plot of one round has a width.
    expect(textsOf(single, 'text').slice(-5)).toEqual(['2', '3', '4', 'round', 'accuracy (%)']);
    expect(textsOf(drawn({ ...lines, step: 'epoch' }), 'text')).toContain('epoch');
  });

  it('is over traffic or time as well', () => {
    const spent = { ...line, bytes: [1e3, 2e3, 5e3], ms: [0, 60_000, 180_000] };
    const texts = (over: 'bytes' | 'ms') =>
      textsOf(drawn({ ...lines, lines: [spent], references: [published(0.5, 1)] }, over), 'text').slice(
        5,
        -2,
      );
    expect(texts('bytes')).toEqual(['1', '2', '3', '4', '5', 'traffic so far, up and down (kB)']);
    expect(texts('ms')).toEqual(['0', '0.5', '1', '1.5', '2', '2.5', '3', 'simulated time (min)']);
    const path = (over: 'bytes' | 'ms') =>
      attributes(drawn({ ...lines, lines: [spent] }, over), 'path', 'd')[0];
    expect(path('bytes')).toBe('M0 61.73L25 92.59L100 0');
    expect(path('ms')).toBe('M0 61.73L33.33 92.59L100 0');
  });

  const published = (value: number, round: number | null, label = 'they') => ({ label, value, round });

  it('marks what was published at its height, in its round up to 1.6 times as far as the run', () => {
    const text = drawn({
      ...lines,
      references: [published(0.5, 6.4), published(0.2, 6.5), published(0.8, null)],
    });
    const marks = [...text.matchAll(/<line class="line published" (.*?)\/>/g)].map(([, ends]) => ends);
    expect(marks).toEqual([
      'x1="0%" y1="57.87%" x2="100%" y2="57.87%"',
      'x1="100%" y1="57.87%" x2="100%" y2="100%"',
      'x1="0%" y1="92.59%" x2="100%" y2="92.59%"',
      'x1="0%" y1="23.15%" x2="100%" y2="23.15%"',
    ]);
    expect(text.match(/<circle class="published" cx="100%" cy="57.87%" r="4"\/>/g)).toHaveLength(1);
    expect(textsOf(text, 'text').slice(-3)).toEqual(['they', 'they', 'they']);
    expect(text).toContain('<text class="end published" x="100%" y="54.9%">they</text>');
    // Beyond what the lines reach, the axis goes on.
    const high = drawn({ ...lines, unit: 'number', references: [published(2, null)] });
    expect(attributes(high, 'line class="line published"', 'y1')).toEqual(['6.9%']);
    // Over traffic there are no rounds.
    const spent = drawn(
      { ...lines, lines: [{ ...line, bytes: [1, 2, 3] }], references: [published(0.5, 2)] },
      'bytes',
    );
    expect(spent).not.toContain('<circle class="published"');
  });

  it('writes labels above their lines, below at the top, and none over another', () => {
    const at = (...values: number[]) =>
      labels(drawn({ ...lines, references: values.map(value => published(value, null)) }));
    // The scale is 0.864: a label 7 % high spans 0.06048.
    expect(at(0.5, 0.52)).toEqual(['54.9%', '66.6%']);
    expect(at(0.5, 0.43)).toEqual(['54.9%', '63.0%']);
    expect(at(0.98, 0.87)).toEqual(['9.3%', '19.0%']);
    expect([...at(0.878), ...at(0.88)]).toEqual(['11.1%', '20.9%']);
    const long = 'x'.repeat(41);
    const text = drawn({
      ...lines,
      references: [published(0.5, null, long), published(0.3, null, long.slice(1))],
    });
    expect(textsOf(text, 'text').slice(-2)).toEqual([`${'x'.repeat(39)}…`, long.slice(1)]);
  });
});

describe('a drawing of bars', () => {
  const layer = (colour: 1 | 2, value: number[]) => ({ name: 'n', colour, value });

  it('says of how many rounds a bar is the mean', () => {
    const stack = {
      kind: 'stack',
      unit: 'count',
      label: 'devices',
      round: [3, 8, 13],
      layers: [layer(1, [100, 50, 0]), layer(2, [0, 50, 20])],
    } as const;
    const text = drawn({ ...stack, roundsPerBar: 5 });
    expect(attributes(text, 'path', 'class')).toEqual(['bar c1', 'bar c2']);
    // 0.82 of half a place, of three: 13.67 %; 6 % of room above.
    expect(attributes(text, 'path', 'd')).toEqual([
      'M3 100H30.33V5.66H3ZM36.33 100H63.67V52.83H36.33Z',
      'M36.33 52.83H63.67V5.66H36.33ZM69.67 100H97V81.13H69.67Z',
    ]);
    expect(textsOf(text, 'text').slice(-2)).toEqual(['round; a bar is the mean of 5', 'devices']);
    expect(textsOf(drawn({ ...stack, roundsPerBar: 1 }), 'text').slice(-2)).toEqual(['round', 'devices']);
    const one = drawn({ ...stack, roundsPerBar: 1, round: [7], layers: [layer(1, [3])] });
    expect(attributes(one, 'path', 'd')).toEqual(['M9 100H91V5.66H9Z']);
    const none = drawn({ ...stack, roundsPerBar: 1, round: [7], layers: [layer(1, [0])] });
    expect(attributes(none, 'path', 'd')).toEqual(['']);
    expect(attributes(none, 'line', 'y1').at(-1)).toBe('0%');
    const empty = drawn({ ...stack, roundsPerBar: 1, round: [], layers: [] });
    expect(empty).not.toMatch(/NaN|Infinity/);
  });

  it('sets gains upon the line of no change, and losses below it', () => {
    const changes = { kind: 'changes', unit: 'share', label: 'gain', clientsPerBar: 2 } as const;
    const text = drawn({ ...changes, change: [-0.2, 0, 0.3], better: 'higher' });
    expect(attributes(text, 'path', 'class')).toEqual(['bar better', 'bar worse']);
    // From −0.24 to 0.34.
    expect(attributes(text, 'path', 'd')).toEqual([
      'M69.67 58.62H97V6.9H69.67Z',
      'M3 58.62H30.33V93.1H3ZM36.33 58.62H63.67V58.62H36.33Z',
    ]);
    expect(textsOf(text, 'text').slice(-9)).toEqual([
      ...['0', '1', '2', '3', '4', '5', '6'],
      ...['clients, from the worst off', 'gain (points)'],
    ]);
    // Clients 1, 3 and 5 stand from 0 to 6.
    expect(attributes(text, 'text class="middle"', 'x')).toEqual([
      ...['0%', '16.67%', '33.33%', '50%', '66.67%', '83.33%', '100%'],
      '50%',
    ]);
    const fewer = drawn({ ...changes, change: [-0.2, 0, 0.3], better: 'lower' });
    expect(attributes(fewer, 'path', 'd')).toEqual([
      'M3 58.62H30.33V93.1H3Z',
      'M36.33 58.62H63.67V58.62H36.33ZM69.67 58.62H97V6.9H69.67Z',
    ]);
  });
});

describe('a drawing of an effect', () => {
  const effect: EffectChart = {
    kind: 'effect',
    unit: 'share',
    label: 'accuracy',
    setting: 'rate',
    scale: 'linear',
    choices: [],
    trials: { at: [1, 3], value: [0.1, 0.3] },
    expected: { at: [1, 2, 3], value: [0.15, 0.2, 0.25], low: [0.1, 0.1, 0.2], high: [0.2, 0.3, 0.3] },
  };
  const dots = (text: string) =>
    [...text.matchAll(/<circle class="(.*?)" cx="(.*?)%" cy="(.*?)%" r="(.*?)"\/>/g)].map(
      ([, ...all]) => all,
    );

  it('has a dot for each trial, and a line within its band', () => {
    const text = drawn(effect);
    expect(dots(text)).toEqual([
      ['c6 faint', '0', '93.1', '3.5'],
      ['c6 faint', '100', '6.9', '3.5'],
    ]);
    expect(attributes(text, 'path', 'd')).toEqual([
      'M0 50L50 6.9L100 6.9L100 50L50 93.1L0 93.1Z',
      'M0 71.55L50 50L100 28.45',
    ]);
    expect(attributes(text, 'path', 'class')).toEqual(['band c1', 'line c1']);
    expect(textsOf(text, 'text').slice(-2)).toEqual(['rate', 'accuracy (%)']);
    const { expected } = effect;
    const log = drawn({ ...effect, scale: 'log', expected: { ...expected, at: [1, 10, 100] } });
    expect(attributes(log, 'path', 'd')[1]).toBe('M0 71.55L50 50L100 28.45');
    expect(dots(log)[1]!.slice(0, 2)).toEqual(['c6 faint', '23.86']);
    const one = { at: [3], value: [0.2], low: [0.1], high: [0.3] };
    const single = drawn({ ...effect, trials: { at: [3], value: [0.25] }, expected: one });
    expect(single).toContain('<line class="line c1" x1="0%" y1="93.1%" x2="0%" y2="6.9%"/>');
    expect(textsOf(single, 'text').slice(5, -2)).toEqual(['3', '3.2', '3.4', '3.6', '3.8', '4']);
    // Its height holds trials as well as what is expected.
    const far = drawn({ ...effect, unit: 'number', trials: { at: [2], value: [1.1] } });
    expect(dots(far)[0]![2]).toBe('6.9');
  });

  it('has a mark for each choice, and trials of one beside each other', () => {
    const text = drawn({
      ...effect,
      scale: 'choices',
      choices: ['x', 'y'],
      trials: { at: [0, 0, 1], value: [0.1, 0.2, 0.3] },
      expected: { at: [0, 1], value: [0.15, 0.2], low: [0.1, 0.1], high: [0.2, 0.3] },
    });
    // Half a place of 50 %; 0.3 of a place apart at most, by the golden ratio.
    expect(dots(text)).toEqual([
      ['c6 faint', '17.5', '93.1', '3.5'],
      ['c6 faint', '26.77', '50', '3.5'],
      ['c6 faint', '71.04', '6.9', '3.5'],
      ['c1', '25', '71.55', '5'],
      ['c1', '75', '50', '5'],
    ]);
    const many = { at: Array<number>(51).fill(0), value: Array<number>(51).fill(0.2) };
    const crowd = drawn({ ...effect, scale: 'choices', choices: ['x', 'y'], trials: many });
    // 50 · 0.618 is 30.9: 0.3 · 0.4 of a place aside.
    expect(dots(crowd)[50]![1]).toBe('31');
    expect(text).toContain('<line class="line c1" x1="25%" y1="93.1%" x2="25%" y2="50%"/>');
    expect(text).toContain('<line class="line c1" x1="75%" y1="93.1%" x2="75%" y2="6.9%"/>');
    expect(textsOf(text, 'text').slice(-4)).toEqual(['x', 'y', 'rate', 'accuracy (%)']);
    expect(text).not.toContain('<path');
  });
});
