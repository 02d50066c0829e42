import { defineQuery, type QueryDefinition } from '@murmuration/protocol/queries/define-query';
import type { EvaluationQuery, Query } from '@murmuration/protocol/queries/query';
import type { Measured } from './evaluation.ts';
import type { Evaluator } from './evaluator.ts';

type Definition = Extract<QueryDefinition, { readonly kind: 'evaluation' }>;

/** Settings of the evaluation on devices. */
export type OnDevicesOptions = Omit<Definition, 'name' | 'kind'> & {
  /** Interval between the beginnings of its rounds, a minute at least, such as `'6 h'`. */
  readonly every: string | number;
  /** Name by which apps allow it; `evaluation` by default. */
  readonly name?: string;
};

/** Evaluation of a task's versions on devices: a query that the task asks at an interval. */
export interface OnDevices {
  readonly evaluates: 'on-devices';
  readonly query: Query;
  readonly every: string | number;
}

/**
 * Has devices evaluate the versions in use, on held-out examples of their own: the coordinator needs no text,
 * and sees masked sums. Measures `loss`, `top1` and `top3` by default, of 200 `examples` of a device at most;
 * `slices` are parts of them that apps name. `threshold`, `period` and `privacy` are those of `defineQuery`.
 * Throws `config.invalid` as `defineQuery` does.
 */
export function onDevices({ every, name = 'evaluation', ...rest }: OnDevicesOptions): OnDevices {
  return {
    evaluates: 'on-devices',
    query: defineQuery({ ...rest, name, kind: 'evaluation' } as Definition),
    every,
  };
}

export const isOnDevices = (value: unknown): value is OnDevices =>
  typeof value === 'object' && value !== null && (value as OnDevices).evaluates === 'on-devices';

interface Asking {
  readonly queries: readonly { readonly query: Query }[];
}

/** Returns the query by which devices evaluate the versions of a task; undefined if there is none. */
export function evaluationQueryOf({ queries }: Asking): EvaluationQuery | undefined {
  for (const { query } of queries) if (query.kind === 'evaluation') return query;
  return undefined;
}

/**
 * Returns the figures and slices that are measured of versions, by the coordinator's evaluator or otherwise
 * by devices.
 */
export function measuredOf({ evaluator, queries }: Asking & { readonly evaluator: Evaluator | null }): {
  readonly measures: Readonly<Record<string, Measured>>;
  readonly slices: readonly string[];
} {
  if (evaluator) return { measures: evaluator.measures ?? {}, slices: evaluator.slices ?? [] };
  const query = evaluationQueryOf({ queries });
  return {
    measures: Object.fromEntries((query?.metrics ?? []).map(({ metric, better }) => [metric, { better }])),
    slices: query?.slices ?? [],
  };
}
