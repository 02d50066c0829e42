import { shuffle } from '@murmuration/engine/training/seeded';
import type { PlainData } from '../run-events/run-event.ts';
import { type Alternative, distributionName, type SettingDistribution } from './distributions.ts';

/** Values of a dimension: numbers, mapped from a coordinate in [0, 1], or choices, by index. */
export type Domain =
  | {
      readonly kind: 'numbers';
      readonly scale: 'linear' | 'log' | 'whole';
      readonly low: number;
      readonly high: number;
    }
  | { readonly kind: 'choices'; readonly labels: readonly string[] };

/** One choice that a trial makes. */
export interface Dimension {
  /**
   * Name of the setting, such as `plan.learningRate`, or of one within an alternative, such as
   * `model.hidden`.
   */
  readonly name: string;
  readonly domain: Domain;
}

/** Settings that were chosen. */
export interface Point {
  readonly settings: readonly { readonly path: string; readonly value: PlainData }[];
  /** Coordinate or index of the choice for each dimension; null within an alternative that was not chosen. */
  readonly at: readonly (number | null)[];
}

/** Returns all dimensions of a space; those within alternatives follow the choice among them. */
export function dimensionsOf(settings: Readonly<Record<string, SettingDistribution>>): Dimension[] {
  const found: (Dimension & { readonly within: string | undefined })[] = [];
  for (const [path, distribution] of Object.entries(settings))
    walk(distribution, { name: path, within: undefined }, true, (dimension, _, within) => {
      found.push({ ...dimension, within });
      return 0;
    });
  return found.map(({ name, domain, within }) => {
    const isOnly = found.filter(other => other.name === name).length === 1;
    return { name: isOnly || within === undefined ? name : `${name} of ${within}`, domain };
  });
}

/** Returns the settings at a coordinate from 0 to 1, or at an index, of each dimension. */
export function pointAt(
  settings: Readonly<Record<string, SettingDistribution>>,
  coordinates: readonly number[],
): Point {
  const at: (number | null)[] = [];
  const chosen = Object.entries(settings).map(([path, distribution]) => ({
    path,
    value: walk(distribution, { name: path, within: undefined }, true, (_, isActive) => {
      const coordinate = coordinates[at.length]!;
      at.push(isActive ? coordinate : null);
      return coordinate;
    }),
  }));
  return { settings: chosen, at };
}

/**
 * Draws `count` points as a Latin hypercube (McKay, Beckman & Conover 1979): each dimension is divided into
 * `count` parts, and each part has one point. No range or choice is left out by chance, and each point on its
 * own is uniformly distributed.
 */
export function drawPoints(
  settings: Readonly<Record<string, SettingDistribution>>,
  dimensions: readonly Dimension[],
  count: number,
  uniform: () => number,
): Point[] {
  const columns = dimensions.map(({ domain }) => {
    const parts = shuffle(
      Uint32Array.from({ length: count }, (_, i) => i),
      uniform,
    );
    return Array.from(parts, part => {
      const drawn = (part + uniform()) / count;
      return domain.kind === 'numbers' ? drawn : Math.floor(drawn * domain.labels.length);
    });
  });
  return Array.from({ length: count }, (_, i) =>
    pointAt(
      settings,
      columns.map(column => column[i]!),
    ),
  );
}

/** Returns the value at a coordinate, rounded to four digits to keep commands that set it short. */
export function numberAt(
  { scale, low, high }: Extract<Domain, { kind: 'numbers' }>,
  coordinate: number,
): number {
  if (scale === 'whole') return Math.min(high, low + Math.floor(coordinate * (high - low + 1)));
  const value = scale === 'log' ? low * (high / low) ** coordinate : low + coordinate * (high - low);
  return Math.min(high, Math.max(low, Number(value.toPrecision(4))));
}

/** Place of a distribution: its setting, and the alternative that contains it. */
interface Place {
  readonly name: string;
  readonly within: string | undefined;
}

type Visit = (dimension: Dimension, isActive: boolean, within: string | undefined) => number;

/**
 * Visits the dimensions of a distribution, always in the same order, and returns the value at the visitor's
 * coordinates.
 */
function walk(distribution: SettingDistribution, place: Place, isActive: boolean, visit: Visit): PlainData {
  const { name, within } = place;
  if ('choice' in distribution) {
    const { choice } = distribution;
    return choice[
      visit({ name, domain: { kind: 'choices', labels: choice.map(labelOf) } }, isActive, within)
    ]!;
  }
  if ('oneOf' in distribution) {
    const { oneOf } = distribution;
    const labels = oneOf.map(labelOf);
    const index = visit({ name, domain: { kind: 'choices', labels } }, isActive, within);
    return oneOf.map((each, i) => fill(each, { name, within: labels[i] }, isActive && i === index, visit))[
      index
    ]!;
  }
  const [scale, [low, high]] =
    'uniform' in distribution
      ? (['linear', distribution.uniform] as const)
      : 'logUniform' in distribution
        ? (['log', distribution.logUniform] as const)
        : (['whole', distribution.integer] as const);
  const domain = { kind: 'numbers', scale, low, high } as const;
  return numberAt(domain, visit({ name, domain }, isActive, within));
}

function fill(value: Alternative, place: Place, isActive: boolean, visit: Visit): PlainData {
  if (distributionName(value) !== undefined)
    return walk(value as SettingDistribution, place, isActive, visit);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(part => fill(part, place, isActive, visit));
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [
      key,
      fill(part, { ...place, name: `${place.name}.${key}` }, isActive, visit),
    ]),
  );
}

/**
 * Returns a short label: text as it is, an object by its `kind`, its `name` or its parts, anything else as
 * JSON.
 */
function labelOf(value: Alternative): string {
  if (typeof value === 'string') return value;
  if (distributionName(value) !== undefined) return '…';
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return JSON.stringify(value);
  const { kind, name, ...parts } = value as { readonly [name: string]: Alternative };
  for (const title of [kind, name]) if (typeof title === 'string') return title;
  return Object.entries(parts)
    .map(([part, inner]) => `${part} ${labelOf(inner)}`)
    .join(', ');
}
