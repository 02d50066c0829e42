import type { Colour } from './colours.ts';

/** One line of a chart, or one part of its stacks. */
interface Series {
  readonly label: string;
  readonly colour: Colour;
  readonly values: readonly (number | null)[];
}

/** What a chart shows; none is without its units. */
export interface ChartContent {
  readonly title: string;
  /** What the horizontal axis counts. */
  readonly x: {
    readonly label: string;
    readonly values: readonly number[];
    /** What was asked for: the axis shows all of it, also where there are no values. */
    readonly span?: readonly [number, number];
    /** Whether the values are instants, s since 1970. */
    readonly isTime?: boolean;
    /** A value on the axis, where ticks are `step` apart; as it is where it is left out. */
    readonly tick?: (value: number, step: number) => string;
  };
  /** What the vertical axis measures, with its unit. */
  readonly y: {
    readonly label: string;
    readonly format: (value: number) => string;
    /** On the axis, where less room is and ticks are `step` apart; `format` where it is left out. */
    readonly tick?: (value: number, step: number) => string;
    readonly fromZero?: boolean;
  };
  readonly series: readonly Series[];
  readonly kind: 'lines' | 'stack';
  /** How a place on the horizontal axis is called. */
  readonly place: (x: number) => string;
}
