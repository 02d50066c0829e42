import { type Axis, choiceAxis, cut, extentOf, linearAxis, logAxis, valueAxis } from './axes.ts';
import type {
  Abscissa,
  ChangeChart,
  Chart,
  ChartEvent,
  EffectChart,
  Line,
  LineChart,
  Reference,
  StackChart,
} from './chart.ts';
import { html, type Markup } from './markup.ts';
import { bars, dot, lineThrough, plot, type Spot, segment } from './plot.ts';

/** Chart as drawn, with where its horizontal axis has its values. */
export interface Drawing {
  readonly x: Axis;
  readonly markup: Markup;
}

/** Rounds that others needed are marked unless they lie this many times farther than the run went. */
const overshoot = 1.6;
/** Distance between points of the same choice, as a share of the way to the next one. */
const spread = 0.3;
/** Characters of a reference's label that fit on a phone. */
const labelLength = 40;
/** Height of a label in percent of the plot. */
const labelHeight = 7;

const abscissas = {
  round: { unit: 'count', label: 'round' },
  bytes: { unit: 'bytes', label: 'traffic so far, up and down' },
  ms: { unit: 'ms', label: 'simulated time' },
} as const;

/** Draws a chart; one of lines over one of its abscissas. */
export function draw(chart: Chart, over: Abscissa, events: readonly ChartEvent[] = []): Drawing {
  if (chart.kind === 'lines') return lines(chart, over, events);
  if (chart.kind === 'stack') return stack(chart, events);
  return chart.kind === 'changes' ? changes(chart) : effect(chart);
}

/** Returns the unit of a line chart's horizontal axis. */
export const unitOver = (over: Abscissa) => abscissas[over].unit;

function lines(
  { lines: all, references, unit, label, step = 'round' }: LineChart,
  over: Abscissa,
  events: readonly ChartEvent[],
): Drawing {
  const happened = events.flatMap(each => each[over] ?? []);
  const places = [...all.flatMap(line => line[over] ?? []), ...happened];
  const [, last] = extentOf(all.flatMap(({ round }) => round));
  const marked = references.map(each => ({
    ...each,
    round: over === 'round' && each.round !== null && each.round <= overshoot * last ? each.round : null,
  }));
  const ends = [...places, ...marked.flatMap(({ round }) => round ?? [])];
  const [low, high] = extentOf(ends);
  const room = low === high ? 1 : 0;
  const x = linearAxis({
    ...abscissas[over],
    ...(over === 'round' && { label: step, isWhole: true }),
    low: low - room,
    high: high + room,
  });
  const heights = all.flatMap(({ value, band }) => [...value, ...(band?.low ?? []), ...(band?.high ?? [])]);
  const y = valueAxis(label, unit, [...heights, ...marked.map(({ value }) => value)]);
  const point =
    (line: Line) =>
    (value: number, i: number): Spot => [x.at(line[over]![i]!), 100 - y.at(value)];
  const marks = all.map(line => {
    const at = point(line);
    return lineThrough(
      line.value.map(at),
      `c${line.colour}${line.dashed ? ' dashed' : ''}`,
      line.band ? { low: line.band.low.map(at), high: line.band.high.map(at) } : undefined,
    );
  });
  return { x, markup: plot(x, y, [marks, published(marked, x, y), eventMarks(x, happened)], null) };
}

const eventMarks = (x: Axis, places: readonly number[]): Markup[] =>
  places.map(place => dot([x.at(place), 100], 'event', 4));

/** Draws what others published: a dashed line at its height, and a mark in the round that reached it. */
function published(references: readonly Reference[], x: Axis, y: Axis): Markup[] {
  const written: number[] = [];
  return references.map(({ label, value, round }) => {
    const height = 100 - y.at(value);
    let text = height < 2 * labelHeight ? height + labelHeight : height - 3;
    while (written.some(other => Math.abs(other - text) < labelHeight)) text += labelHeight;
    written.push(text);
    const at: Spot | null = round === null ? null : [x.at(round), height];
    return html`${segment([0, height], [100, height], 'published')}${
      at ? [segment(at, [at[0], 100], 'published'), dot(at, 'published', 4)] : null
    }<text class="end published" x="100%" y="${text.toFixed(1)}%">${cut(label, labelLength)}</text>`;
  });
}

/** Makes an axis on which bars stand at places, half a place away from its ends. */
function barAxis(label: string, places: readonly number[]): { x: Axis; half: number } {
  const [low, high] = [places[0] ?? 0, places.at(-1) ?? 0];
  const half = places.length > 1 ? (high - low) / (places.length - 1) / 2 : 0.5;
  const x = linearAxis({ label, unit: 'count', low: low - half, high: high + half, isWhole: true });
  return { x, half: 0.82 * half };
}

function stack(
  { layers, round, roundsPerBar, unit, label }: StackChart,
  events: readonly ChartEvent[],
): Drawing {
  const { x, half } = barAxis(
    roundsPerBar > 1 ? `round; a bar is the mean of ${roundsPerBar}` : 'round',
    round,
  );
  const tops = round.map((_, i) => layers.reduce((sum, { value }) => sum + value[i]!, 0));
  const y = linearAxis({ label, unit, low: 0, high: 1.06 * extentOf([0, ...tops])[1] || 1 });
  const reached = round.map(() => 0);
  const marks = layers.map(({ colour, value }) => {
    const corners = value.map((height, i): [Spot, Spot] => {
      const from = reached[i]!;
      reached[i] = from + height;
      return [
        [x.at(round[i]! - half), 100 - y.at(from)],
        [x.at(round[i]! + half), 100 - y.at(from + height)],
      ];
    });
    return bars(
      corners.filter((_, i) => value[i] !== 0),
      `c${colour}`,
    );
  });
  const happened = events.map(each => each.round);
  return { x, markup: plot(x, y, [marks, eventMarks(x, happened)], null) };
}

function changes({ change, clientsPerBar, better, unit, label }: ChangeChart): Drawing {
  const places = change.map((_, i) => i * clientsPerBar + 1);
  const { x, half } = barAxis('clients, from the worst off', places);
  const y = valueAxis(label, unit, [0, ...change], true);
  const corners = change.map((value, i): [Spot, Spot] => [
    [x.at(places[i]! - half), 100 - y.at(0)],
    [x.at(places[i]! + half), 100 - y.at(value)],
  ]);
  const marks = [true, false].map(wanted =>
    bars(
      corners.filter((_, i) => isBetter({ better }, change[i]!) === wanted),
      wanted ? 'better' : 'worse',
    ),
  );
  return { x, markup: plot(x, y, marks, null) };
}

/** Tells a client that is better off from one that is worse off, or as before. */
export function isBetter({ better }: Pick<ChangeChart, 'better'>, change: number): boolean {
  return better === 'higher' ? change > 0 : change < 0;
}

/** Draws a point for each trial, and the expected result: a line with its band, or a mark for each choice. */
function effect({ setting, scale, choices, trials, expected, unit, label }: EffectChart): Drawing {
  const [low, high] = extentOf(expected.at);
  const ofChoices = scale === 'choices';
  const x = ofChoices
    ? choiceAxis(setting, choices)
    : scale === 'log'
      ? logAxis(setting, low, high)
      : linearAxis({ label: setting, unit: 'number', low, high: high === low ? low + 1 : high });
  const y = valueAxis(label, unit, [...trials.value, ...expected.low, ...expected.high, ...expected.value]);
  const points = (values: readonly number[]) =>
    values.map((value, i): Spot => [x.at(expected.at[i]!), 100 - y.at(value)]);
  const [middle, lower, upper] = [points(expected.value), points(expected.low), points(expected.high)];
  const marks = [
    trials.at.map((at, i) => {
      // Choices have many trials at one place.
      const aside = ofChoices ? spread * (((i * 0.618) % 1) - 0.5) : 0;
      return dot([x.at(at + aside), 100 - y.at(trials.value[i]!)], 'c6 faint', 3.5);
    }),
    ofChoices
      ? middle.map((point, i) => [segment(lower[i]!, upper[i]!, 'c1'), dot(point, 'c1', 5)])
      : lineThrough(middle, 'c1', { low: lower, high: upper }),
  ];
  return { x, markup: plot(x, y, marks, null) };
}
