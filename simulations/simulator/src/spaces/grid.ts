import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { type Dimension, type Point, pointAt } from './dimensions.ts';
import type { Space } from './space.ts';

/** More points than this are no baseline but a mistake. */
const mostPoints = 10_000;

/** All combinations of so many evenly spaced values of each range, ends included, and of all choices. Throws `config.invalid` for too many. */
export function gridOf(
  { settings, dimensions }: Pick<Space, 'settings' | 'dimensions'>,
  points: number,
): Point[] {
  const values = dimensions.map(dimension => valuesOf(dimension, points));
  const count = values.reduce((product, { length }) => product * length, 1);
  if (count > mostPoints)
    throw new MurmurationError(
      'config.invalid',
      `A grid of ${points} points for each setting has ${count} combinations; ${mostPoints} at most: give fewer points, or fewer settings.`,
    );
  const combinations = values.reduce<number[][]>(
    (all, own) => all.flatMap(before => own.map(value => [...before, value])),
    [[]],
  );
  // What lies in an alternative that is not chosen makes no difference.
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
