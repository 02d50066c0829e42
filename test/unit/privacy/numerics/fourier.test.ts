import { type Complex, multiplyPower, transform } from '@murmuration/privacy/numerics/fourier';
import { describe, expect, it } from 'vitest';

/** Numbers without a pattern, the same in every run. */
const numbers = (size: number, from = 0): number[] =>
  Array.from({ length: size }, (_, i) => Math.sin(1 + 7 * (from + i) ** 2));

const complex = (real: readonly number[], imaginary = real.map(() => 0)): Complex => ({
  real: Float64Array.from(real),
  imaginary: Float64Array.from(imaginary),
});

/** The transform by its definition. */
function slowly({ real, imaginary }: Complex): Complex {
  const size = real.length;
  const sumOf = (k: number, part: (re: number, im: number, angle: number) => number) =>
    real.reduce((sum, re, i) => sum + part(re, imaginary[i]!, (-2 * Math.PI * i * k) / size), 0);
  return {
    real: real.map((_, k) => sumOf(k, (re, im, angle) => re * Math.cos(angle) - im * Math.sin(angle))),
    imaginary: real.map((_, k) => sumOf(k, (re, im, angle) => re * Math.sin(angle) + im * Math.cos(angle))),
  };
}

function expectClose(found: Complex, expected: Complex): void {
  for (const part of ['real', 'imaginary'] as const)
    for (const [i, value] of expected[part].entries()) expect(found[part][i]).toBeCloseTo(value, 11);
}

describe('the Fourier transform', () => {
  it.each([1, 2, 4, 8, 64])('of %d numbers is its definition', size => {
    const given = complex(numbers(size), numbers(size, 100));
    const expected = slowly(given);
    transform(given);
    expectClose(given, expected);
  });

  it('of a transform is its original in reverse, times the size', () => {
    const given = complex(numbers(16), numbers(16, 50));
    transform(given);
    transform(given);
    const reversed = (values: readonly number[]) => values.map((_, i) => 16 * values[(16 - i) % 16]!);
    expectClose(given, complex(reversed(numbers(16)), reversed(numbers(16, 50))));
  });
});

describe('the product with a power', () => {
  it.each([1, 2, 3, 6, 13])('%d is as many convolutions around the circle', power => {
    const size = 8;
    const [first, factor] = [numbers(size), numbers(size, 20).map(value => value / 4)];
    let expected = first;
    for (let time = 0; time < power; time++)
      expected = expected.map((_, to) =>
        factor.reduce((sum, value, i) => sum + value * expected[(to - i + size) % size]!, 0),
      );
    const [product, other, wanted] = [complex(first), complex(factor), complex(expected)];
    for (const each of [product, other, wanted]) transform(each);
    multiplyPower(product, other, power);
    expectClose(product, wanted);
  });
});
