import type { RoundStep } from './participation.ts';

/** Point in a picture of 320 × 120. */
interface Point {
  readonly x: number;
  readonly y: number;
}

export const skyWide = 320;
export const skyHigh = 120;
/** Devices in the picture; number 0 is this device. */
export const birds = 44;

/**
 * Angle between neighbouring seeds of a sunflower, radians: points at its multiples fill a disc evenly (Vogel
 * 1979).
 */
const golden = Math.PI * (3 - Math.sqrt(5));

/**
 * Position of a bird of the flock: spread out between rounds, drawn together during a round, closest when the
 * sum is made.
 */
export function placeOf(bird: number, step: RoundStep | null): Point {
  switch (step) {
    case null:
      return wave(bird);
    case 'keys':
    case 'shares':
      return ring(bird, step === 'keys' ? 1 : 0.8);
    case 'training':
      return disc(bird, 0.75);
    case 'uploading':
      return disc(bird, 0.4);
    case 'unmasking':
      return disc(bird, 0.16);
  }
}

/**
 * Place in a band that swings through the picture, widest and densest in the middle, where this device is.
 */
function wave(bird: number): Point {
  const along = ((bird * 0.618_034 + 0.5) % 1) * 2 - 1;
  const across = ((bird * 0.754_878 + 0.5) % 1) * 2 - 1;
  const x = skyWide / 2 + 145 * Math.sign(along) * Math.abs(along) ** 1.25;
  const y = skyHigh / 2 + 20 * Math.sin(along * 3) + across * 34 * (1 - Math.abs(along)) ** 0.8;
  return { x, y };
}

function ring(bird: number, size: number): Point {
  const angle = (2 * Math.PI * bird) / birds - Math.PI / 2;
  return { x: skyWide / 2 + 110 * size * Math.cos(angle), y: skyHigh / 2 + 46 * size * Math.sin(angle) };
}

function disc(bird: number, size: number): Point {
  // This device is at the rim, where it is seen.
  const place = bird === 0 ? birds : bird;
  const radius = Math.sqrt(place / birds);
  const angle = place * golden;
  return {
    x: skyWide / 2 + 90 * size * radius * Math.cos(angle),
    y: skyHigh / 2 + 54 * size * radius * Math.sin(angle),
  };
}
