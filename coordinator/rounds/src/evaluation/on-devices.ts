import { defineQuery, type QueryDefinition } from '@murmuration/protocol/queries/define-query';
import type { EvaluationQuery, Query } from '@murmuration/protocol/queries/query';
import type { Measured } from './evaluation.ts';
import type { Evaluator } from './evaluator.ts';

type Definition = Extract<QueryDefinition, { readonly kind: 'evaluation' }>;

/** How devices evaluate versions. */
export type OnDevicesOptions = Omit<Definition, 'name' | 'kind'> & {
  /** Time from the beginning of one round of it to that of the next, a minute at least, such as `'6 h'`. */
  readonly every: string | number;
  /** By which apps allow it; `evaluation` by default. */
  readonly name?: string;
};

/** That a task's versions are evaluated on devices: a query of the task, which it asks every so often. */
export interface OnDevices {
  readonly evaluates: 'on-devices';
  readonly query: Query;
  readonly every: string | number;
}

/**
 * Has devices evaluate the versions in use, on held-out examples of their own: the coordinator needs no text, and sees masked sums. `loss`, `top1` and
 * `top3` by default, of 200 `examples` of a device at most; `slices` are parts of them that apps name. `threshold`, `period` and `privacy` are those of
 * `defineQuery`. Throws `config.invalid` as that does.
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

/** What a task asks its devices. */
interface Asking {
  readonly queries: readonly { readonly query: Query }[];
}

/** The query by which devices evaluate the versions of a task; undefined where none does. */
export function evaluationQueryOf({ queries }: Asking): EvaluationQuery | undefined {
  for (const { query } of queries) if (query.kind === 'evaluation') return query;
  return undefined;
}

/** What is measured of versions, by the coordinator's evaluator or else by devices, and on which slices. */
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
