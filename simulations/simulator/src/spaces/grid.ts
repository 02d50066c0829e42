import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { type Dimension, type Point, pointAt } from './dimensions.ts';
import type { Space } from './space.ts';

/** Largest grid; more points are a mistake rather than a baseline. */
const maxGridPoints = 10_000;

/**
 * Returns all combinations of `points` evenly spaced values of each range, ends included, and of all choices.
 * @throws `config.invalid` for too many combinations
 */
export function gridOf(
  { settings, dimensions }: Pick<Space, 'settings' | 'dimensions'>,
  points: number,
): Point[] {
  const values = dimensions.map(dimension => valuesOf(dimension, points));
  const count = values.reduce((product, { length }) => product * length, 1);
  if (count > maxGridPoints)
    throw new MurmurationError(
      'config.invalid',
      `A grid of ${points} points for each setting has ${count} combinations; ${maxGridPoints} at most: give fewer points, or fewer settings.`,
    );
  const combinations = values.reduce<number[][]>(
    (all, own) => all.flatMap(before => own.map(value => [...before, value])),
    [[]],
  );
  // Values within an alternative that is not chosen make no difference.
  const different = new Map<string, Point>();
  for (const coordinates of combinations) {
    const point = pointAt(settings, coordinates);
    const key = JSON.stringify(point.settings);
    if (!different.has(key)) different.set(key, point);
  }
  return [...different.values()];
}

function valuesOf({ domain }: Dimension, points: number): number[] {
  if (domain.kind === 'choices') return domain.labels.map((_, i) => i);
  return Array.from({ length: points }, (_, i) => i / (points - 1));
}
