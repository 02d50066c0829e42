import { birds, placeOf, skyHigh, skyWide } from '@murmuration/demo-keyboard-app/src/rounds/flock-layout';
import { steps } from '@murmuration/demo-keyboard-app/src/rounds/participation';
import { expect, it } from 'vitest';

it.each([null, ...steps])('has every bird in the picture, each at a place of its own (%s)', step => {
  const places = Array.from({ length: birds }, (_, bird) => placeOf(bird, step));
  for (const { x, y } of places) {
    expect(x).toBeGreaterThan(0);
    expect(x).toBeLessThan(skyWide);
    expect(y).toBeGreaterThan(0);
    expect(y).toBeLessThan(skyHigh);
  }
  expect(new Set(places.map(({ x, y }) => `${x.toFixed(1)} ${y.toFixed(1)}`)).size).toBe(birds);
});
