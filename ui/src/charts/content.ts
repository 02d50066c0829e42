import type { Colour } from './colours.ts';

/** Line of a chart, or part of its stacks. */
interface Series {
  readonly label: string;
  readonly colour: Colour;
  readonly values: readonly (number | null)[];
}

/** Change that a chart marks with a vertical line. */
export interface ChartMark {
  /** Position on the horizontal axis. */
  readonly at: number;
  readonly colour: Colour;
  readonly text: string;
}

/** Content of a chart, always with units. */
export interface ChartContent {
  readonly title: string;
  /** Horizontal axis. */
  readonly x: {
    readonly label: string;
    readonly values: readonly number[];
    /** Range of the axis, including parts without values; by default that of the values. */
    readonly span?: readonly [number, number];
    /** True if the values are instants, s since 1970. */
    readonly isTime?: boolean;
    /** Formats a value on the axis, where ticks are `step` apart; by default as it is. */
    readonly tick?: (value: number, step: number) => string;
  };
  /** Vertical axis, labelled with its unit. */
  readonly y: {
    readonly label: string;
    readonly format: (value: number) => string;
    /** Formats a value on the axis, where space is short and ticks are `step` apart; `format` by default. */
    readonly tick?: (value: number, step: number) => string;
    readonly fromZero?: boolean;
  };
  readonly series: readonly Series[];
  readonly kind: 'lines' | 'stack';
  /** Marks, in order; none by default. */
  readonly marks?: readonly ChartMark[];
  /** Name of a position on the horizontal axis. */
  readonly place: (x: number) => string;
}
