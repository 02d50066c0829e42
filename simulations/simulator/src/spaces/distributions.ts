import type { PlainData } from '../run-events/run-event.ts';

/** Where the values of a setting come from, as plain data: what the functions below give is what a file of JSON says. */
export type Distribution =
  | { readonly uniform: readonly [low: number, high: number] }
  | { readonly logUniform: readonly [low: number, high: number] }
  | { readonly integer: readonly [low: number, high: number] }
  | { readonly choice: readonly PlainData[] }
  | { readonly oneOf: readonly Alternative[] };

/** Plain data in which any value may be a distribution. */
export type Alternative =
  | Distribution
  | string
  | number
  | boolean
  | null
  | readonly Alternative[]
  | { readonly [name: string]: Alternative };

/** Any number from `low` to `high`, all equally likely. */
export function uniform(low: number, high: number): Distribution {
  return { uniform: [low, high] };
}

/** Any number from `low`, above 0, to `high`, whose logarithms are all equally likely: for rates, of which the order of magnitude matters. */
export function logUniform(low: number, high: number): Distribution {
  return { logUniform: [low, high] };
}

/** Any whole number from `low` to `high`, both included. */
export function integer(low: number, high: number): Distribution {
  return { integer: [low, high] };
}

/** Any of these values. */
export function choice(values: readonly PlainData[]): Distribution {
  return { choice: values };
}

/** Any of these, such as models; each may hold distributions of its own, which are drawn from only where it is chosen. */
export function oneOf(...alternatives: readonly Alternative[]): Distribution {
  return { oneOf: alternatives };
}

export const distributionNames = ['uniform', 'logUniform', 'integer', 'choice', 'oneOf'] as const;
export type DistributionName = (typeof distributionNames)[number];

/** The name of a distribution; undefined for what is none: anything but an object whose only entry is called like one. */
export function distributionName(value: unknown): DistributionName | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const [name, ...others] = Object.keys(value);
  return others.length === 0 ? distributionNames.find(each => each === name) : undefined;
}
