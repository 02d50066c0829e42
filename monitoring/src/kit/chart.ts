import type { Unit } from './quantities.ts';

/** Number of a colour of charts, each with a light and a dark look. */
export type SeriesColour = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** Quantity of the horizontal axis. */
export type Abscissa = 'round' | 'bytes' | 'ms';

/** Line over the rounds; all columns are equally long. */
export interface Line {
  readonly name: string;
  readonly colour: SeriesColour;
  readonly dashed: boolean;
  readonly round: readonly number[];
  /** Bytes sent since the run began; absent if they are no abscissa. */
  readonly bytes?: readonly number[];
  /** Milliseconds since the run began, on the devices' clock; absent if they are no abscissa. */
  readonly ms?: readonly number[];
  readonly value: readonly number[];
  /** Edges of a band around the line; null without one. */
  readonly band: { readonly low: readonly number[]; readonly high: readonly number[] } | null;
}

/** Happening in a round that its report marks in all charts over the rounds. */
export interface ChartEvent {
  readonly round: number;
  /** Bytes sent since the run began; absent if they are no abscissa. */
  readonly bytes?: number;
  /** Milliseconds since the run began, on the devices' clock; absent if they are no abscissa. */
  readonly ms?: number;
  readonly text: string;
}

/** Published result: a height, and the round in which it was reached if it is known. */
export interface Reference {
  readonly label: string;
  readonly value: number;
  readonly round: number | null;
}

/** Lines over rounds, traffic or time, as the reader chooses. */
export interface LineChart {
  readonly kind: 'lines';
  readonly unit: Unit;
  /** Label of the axis, without its unit. */
  readonly label: string;
  readonly lines: readonly Line[];
  readonly references: readonly Reference[];
  /**
   * Unit of `round`.
   * @default 'round'
   */
  readonly step?: 'round' | 'epoch';
}

/** Stacked bars over rounds. */
export interface StackChart {
  readonly kind: 'stack';
  readonly unit: Unit;
  readonly label: string;
  readonly round: readonly number[];
  /** Number of rounds whose mean a bar shows. */
  readonly roundsPerBar: number;
  readonly layers: readonly {
    readonly name: string;
    readonly colour: SeriesColour;
    readonly value: readonly number[];
  }[];
}

/** Bars of the change per client, or per group of clients, the worst first. */
export interface ChangeChart {
  readonly kind: 'changes';
  readonly unit: Unit;
  readonly label: string;
  readonly change: readonly number[];
  readonly clientsPerBar: number;
  readonly better: 'higher' | 'lower';
}

/** Metric by the values of a setting: a point for each trial, and the expected value within a band. */
export interface EffectChart {
  readonly kind: 'effect';
  readonly unit: Unit;
  /** Label of the vertical axis. */
  readonly label: string;
  /** Path of the setting. */
  readonly setting: string;
  /** Scale of the horizontal axis; `choices` are at 0, 1, … */
  readonly scale: 'linear' | 'log' | 'choices';
  /** Labels of the choices; empty for numbers. */
  readonly choices: readonly string[];
  readonly trials: { readonly at: readonly number[]; readonly value: readonly number[] };
  readonly expected: {
    readonly at: readonly number[];
    readonly value: readonly number[];
    readonly low: readonly number[];
    readonly high: readonly number[];
  };
}

export type Chart = LineChart | StackChart | ChangeChart | EffectChart;
