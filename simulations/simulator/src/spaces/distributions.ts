import type { PlainData } from '../run-events/run-event.ts';

/**
 * Distribution of a setting's values, as plain data; the functions below return what a JSON file contains.
 */
export type SettingDistribution =
  | { readonly uniform: readonly [low: number, high: number] }
  | { readonly logUniform: readonly [low: number, high: number] }
  | { readonly integer: readonly [low: number, high: number] }
  | { readonly choice: readonly PlainData[] }
  | { readonly oneOf: readonly Alternative[] };

/** Plain data in which any value may be a distribution. */
export type Alternative =
  | SettingDistribution
  | string
  | number
  | boolean
  | null
  | readonly Alternative[]
  | { readonly [name: string]: Alternative };

/** Returns the uniform distribution of numbers from `low` to `high`. */
export function uniform(low: number, high: number): SettingDistribution {
  return { uniform: [low, high] };
}

/**
 * Returns the log-uniform distribution of numbers from `low`, above 0, to `high`: for rates, whose order of
 * magnitude matters.
 */
export function logUniform(low: number, high: number): SettingDistribution {
  return { logUniform: [low, high] };
}

/** Returns the uniform distribution of integers from `low` to `high`, both included. */
export function integer(low: number, high: number): SettingDistribution {
  return { integer: [low, high] };
}

/** Returns the uniform distribution over the given values. */
export function choice(values: readonly PlainData[]): SettingDistribution {
  return { choice: values };
}

/**
 * Returns the uniform distribution over alternatives, such as models; each may contain distributions, which
 * are drawn from only if it is chosen.
 */
export function oneOf(...alternatives: readonly Alternative[]): SettingDistribution {
  return { oneOf: alternatives };
}

export const distributionNames = ['uniform', 'logUniform', 'integer', 'choice', 'oneOf'] as const;
export type DistributionName = (typeof distributionNames)[number];

/**
 * Returns the name of a distribution; undefined unless `value` is an object whose only key is such a name.
 */
export function distributionName(value: unknown): DistributionName | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const [name, ...others] = Object.keys(value);
  return others.length === 0 ? distributionNames.find(each => each === name) : undefined;
}
