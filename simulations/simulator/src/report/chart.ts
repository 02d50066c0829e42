import type { Unit } from './quantities.ts';

/** A colour of the page by its number; `page/tokens.css` has one of each for light and for dark. */
export type Colour = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** A line over the rounds; all columns are equally long. */
export interface Line {
  readonly name: string;
  readonly colour: Colour;
  readonly dashed: boolean;
  readonly round: readonly number[];
  /** Sent since the run began. */
  readonly bytes: readonly number[];
  /** Since the run began, on the clock of the devices. */
  readonly ms: readonly number[];
  readonly value: readonly number[];
  /** The edges of a band around the line; null without one. */
  readonly band: { readonly low: readonly number[]; readonly high: readonly number[] } | null;
}

/** What others published: a height, and where it was reached a round as well. */
export interface Reference {
  readonly label: string;
  readonly value: number;
  readonly round: number | null;
}

/** Lines over rounds, traffic or time, as the reader chooses. */
export interface LineChart {
  readonly kind: 'lines';
  readonly unit: Unit;
  /** Of the axis, without its unit. */
  readonly label: string;
  readonly lines: readonly Line[];
  readonly references: readonly Reference[];
  /** What a value of `round` counts; rounds by default. */
  readonly step?: 'round' | 'epoch';
}

/** Bars over rounds, each of layers upon one another. */
export interface StackChart {
  readonly kind: 'stack';
  readonly unit: Unit;
  readonly label: string;
  readonly round: readonly number[];
  /** Rounds for which a bar stands; it is their mean. */
  readonly roundsPerBar: number;
  readonly layers: readonly {
    readonly name: string;
    readonly colour: Colour;
    readonly value: readonly number[];
  }[];
}

/** One bar for each client, or for so many: by how much it is better off, the worst first. */
export interface ChangeChart {
  readonly kind: 'changes';
  readonly unit: Unit;
  readonly label: string;
  readonly change: readonly number[];
  readonly clientsPerBar: number;
  readonly better: 'higher' | 'lower';
}

/** What a metric came to at values of a setting: a point for each trial, and what is expected of it within a band. */
export interface EffectChart {
  readonly kind: 'effect';
  readonly unit: Unit;
  /** Of the upright axis. */
  readonly label: string;
  /** The setting. */
  readonly setting: string;
  /** Of the lying axis; `choices` are at 0, 1, … */
  readonly scale: 'linear' | 'log' | 'choices';
  /** What the choices are called; empty for numbers. */
  readonly choices: readonly string[];
  readonly trials: { readonly at: readonly number[]; readonly value: readonly number[] };
  readonly expected: {
    readonly at: readonly number[];
    readonly value: readonly number[];
    readonly low: readonly number[];
    readonly high: readonly number[];
  };
}

/** What the script of the page draws: plain data. */
export type Chart = LineChart | StackChart | ChangeChart | EffectChart;
