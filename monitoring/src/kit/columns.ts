import type { Abscissa, Chart, ChartEvent } from './chart.ts';
import { isBetter, unitOver } from './drawings.ts';
import { difference, quantity, type Unit } from './quantities.ts';

/** Values of a chart under one name; the columns of a chart are equally long. */
export interface ValueColumn {
  readonly name: string;
  /** Class of the colour in which it is drawn, or of each of its values. */
  readonly colour: string | readonly string[];
  readonly values: readonly (number | string | undefined)[];
  format(value: number | string | undefined): string;
}

/** Values of a chart, at their places on its horizontal axis. */
export interface ChartValues {
  readonly at: readonly number[];
  /** Round of each place; undefined if the places are none of rounds. */
  readonly rounds?: readonly number[];
  /** Name of a place. */
  readonly place: ValueColumn;
  readonly values: readonly ValueColumn[];
}

export function columnsOf(chart: Chart, over: Abscissa, events: readonly ChartEvent[] = []): ChartValues {
  if (chart.kind === 'lines') {
    const byPlace = chart.lines.map(line => new Map(line[over]!.map((at, i) => [at, line.value[i]!])));
    const roundAt = new Map<number, number>();
    for (const each of events) if (each[over] !== undefined) roundAt.set(each[over], each.round);
    for (const line of chart.lines)
      for (const [i, at] of line[over]!.entries()) roundAt.set(at, line.round[i]!);
    const at = [...roundAt.keys()].sort((one, other) => one - other);
    const { lines, step = 'round' } = chart;
    const values = lines.map(({ name, colour }, i) =>
      column(
        name,
        `c${colour}`,
        at.map(place => byPlace[i]!.get(place)),
        chart.unit,
      ),
    );
    return {
      at,
      rounds: at.map(place => roundAt.get(place)!),
      place: column(over === 'round' ? step : '', '', at, unitOver(over)),
      values,
    };
  }
  if (chart.kind === 'stack') {
    const name = chart.roundsPerBar > 1 ? 'round, in the middle' : 'round';
    return {
      at: chart.round,
      rounds: chart.round,
      place: { ...column(name, '', chart.round, 'number'), format: String },
      values: chart.layers.map(({ name, colour, value }) => column(name, `c${colour}`, value, chart.unit)),
    };
  }
  if (chart.kind === 'changes') {
    const at = chart.change.map((_, i) => i * chart.clientsPerBar + 1);
    const colour = chart.change.map(change => (isBetter(chart, change) ? 'better' : 'worse'));
    const changed = {
      ...column(chart.label, '', chart.change, chart.unit),
      colour,
      format: signed(chart.unit),
    };
    return { at, place: column('client, from the worst off', '', at, 'count'), values: [changed] };
  }
  const { expected, unit, choices, scale, setting } = chart;
  const places = scale === 'choices' ? expected.at.map(at => choices[at]!) : expected.at;
  return {
    at: expected.at,
    place: column(setting, '', places, 'number'),
    values: [
      column('expected', 'c1', expected.value, unit),
      column('from', 'c1', expected.low, unit),
      column('to', 'c1', expected.high, unit),
    ],
  };
}

function column(name: string, colour: string, values: ValueColumn['values'], unit: Unit): ValueColumn {
  const format = (value: number | string | undefined) =>
    typeof value === 'string' ? value : quantity(value, unit);
  return { name, colour, values, format };
}

const signed = (unit: Unit) => (value: number | string | undefined) => difference(Number(value), unit);
