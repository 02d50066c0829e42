import * as z from 'zod';

const units = { ms: 1, s: 1_000, min: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const durationPattern = /^(\d+(?:\.\d+)?)\s*(ms|s|min|h|d)$/;

const expected = 'expected a time such as "30 s", "1.5 min" or "2 h", up to a year';

/** Duration: `'30 s'`, `'1.5 min'`, or a number of ms. Units: ms, s, min, h, d. */
export const duration = z
  .union([z.number(), z.string().regex(durationPattern, expected)], expected)
  .transform(value => (typeof value === 'number' ? value : milliseconds(value)))
  .pipe(
    z
      .int(expected)
      .min(0, expected)
      .max(366 * units.d, expected),
  );

function milliseconds(text: string): number {
  const [, amount, unit] = durationPattern.exec(text)!;
  return Math.round(Number(amount) * units[unit as keyof typeof units]);
}
