import { flock, flockHeight, flockWidth, mostDots } from '@murmuration/dashboard/rounds/flock-layout';
import { describe, expect, it } from 'vitest';

describe('the flock of a cohort', () => {
  it.each([1, 3, 12, 52, mostDots])('of %i has a place for each, all within the picture and apart', birds => {
    const places = flock(birds);
    expect(places).toHaveLength(birds);
    for (const { x, y, radius } of places) {
      expect(x - radius).toBeGreaterThanOrEqual(0);
      expect(x + radius).toBeLessThanOrEqual(flockWidth);
      expect(y - radius).toBeGreaterThanOrEqual(0);
      expect(y + radius).toBeLessThanOrEqual(flockHeight);
    }
    const closest = Math.min(
      Number.POSITIVE_INFINITY,
      ...places.flatMap((a, i) => places.slice(i + 1).map(b => Math.hypot(a.x - b.x, a.y - b.y))),
    );
    expect(closest).toBeGreaterThan(places[0]!.radius);
  });

  it('of nobody has no place', () => expect(flock(0)).toEqual([]));
});
