/** Point in a picture of `flockWidth` × `flockHeight`. */
interface Point {
  readonly x: number;
  readonly y: number;
  /** Radius of its dot. */
  readonly radius: number;
}

export const flockWidth = 640;
export const flockHeight = 220;
/** Most dots in a picture; a dot of a larger cohort stands for several devices. */
export const mostDots = 400;

/**
 * Angle between neighbouring seeds of a sunflower, radians: points at its multiples fill a disc evenly (Vogel
 * 1979).
 */
const golden = Math.PI * (3 - Math.sqrt(5));

/**
 * Positions of `birds` birds, the heart of the flock first: an even disc, stretched to a band that swings
 * through the picture.
 */
export function flock(birds: number): readonly Point[] {
  const size = Math.min(10, 1.4 + 52 / Math.sqrt(birds + 6));
  return Array.from({ length: birds }, (_, bird) => {
    const away = Math.sqrt((bird + 0.5) / Math.max(birds, 12));
    const across = away * Math.cos(bird * golden);
    const along = away * Math.sin(bird * golden);
    const taper = 1 - 0.55 * Math.abs(along) ** 1.6;
    return {
      x: flockWidth / 2 + along * (flockWidth / 2 - 26),
      y: flockHeight / 2 + across * 82 * taper - 22 * Math.sin(along * 3.1),
      radius: size * (1.05 - 0.4 * away),
    };
  });
}
