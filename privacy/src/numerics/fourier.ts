/** Complex numbers in two arrays. */
export interface Complex {
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
}

const twiddles = new Map<number, Complex>();

/** exp(−2πi k / size) for k below size / 2. */
function twiddlesOf(size: number): Complex {
  let found = twiddles.get(size);
  if (!found) {
    const half = { length: size / 2 };
    found = {
      real: Float64Array.from(half, (_, k) => Math.cos((2 * Math.PI * k) / size)),
      imaginary: Float64Array.from(half, (_, k) => -Math.sin((2 * Math.PI * k) / size)),
    };
    twiddles.set(size, found);
  }
  return found;
}

/**
 * Discrete Fourier transform in place, for a power of two of numbers (Cooley & Tukey 1965). That of a
 * transform is its original in reverse, times the size.
 */
export function transform({ real, imaginary }: Complex): void {
  const size = real.length;
  reverseBits(real, imaginary);
  const { real: cosines, imaginary: sines } = twiddlesOf(size);
  for (let half = 1; half < size; half *= 2) {
    const stride = size / (2 * half);
    for (let from = 0; from < size; from += 2 * half)
      for (let i = from, k = 0; i < from + half; i++, k += stride) {
        const [c, s, j] = [cosines[k]!, sines[k]!, i + half];
        const re = real[j]! * c - imaginary[j]! * s;
        const im = real[j]! * s + imaginary[j]! * c;
        real[j] = real[i]! - re;
        imaginary[j] = imaginary[i]! - im;
        real[i] = real[i]! + re;
        imaginary[i] = imaginary[i]! + im;
      }
  }
}

function reverseBits(real: Float64Array, imaginary: Float64Array): void {
  for (let i = 0, j = 0; i < real.length; i++) {
    if (i < j) {
      [real[i], real[j]] = [real[j]!, real[i]!];
      [imaginary[i], imaginary[j]] = [imaginary[j]!, imaginary[i]!];
    }
    let bit = real.length >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j |= bit;
  }
}

/**
 * Multiplies the numbers of `product` by the `power`-th power (an integer, at least 1) of those of `factor`:
 * both are transforms of real numbers, so the second half mirrors the first.
 */
export function multiplyPower(product: Complex, factor: Complex, power: number): void {
  const size = product.real.length;
  const bits: boolean[] = [];
  for (let left = power; left > 0; left = Math.floor(left / 2)) bits.push(left % 2 === 1);
  for (let i = 0; i <= size / 2; i++) {
    let [re, im] = [product.real[i]!, product.imaginary[i]!];
    let [x, y] = [factor.real[i]!, factor.imaginary[i]!];
    for (const bit of bits) {
      if (bit) {
        const was = re;
        re = was * x - im * y;
        im = was * y + im * x;
      }
      const was = x;
      x = was * was - y * y;
      y = 2 * was * y;
    }
    const mirrored = (size - i) % size;
    product.real[mirrored] = re;
    product.imaginary[mirrored] = -im;
    product.real[i] = re;
    product.imaginary[i] = im;
  }
}
