/** Digits of which every whole number is exact, and so many powers of ten, each exact as well. */
const mostDigits = 15;
const powers = Array.from({ length: mostDigits + 1 }, (_, power) => 10 ** power);

/**
 * The number of a short decimal such as `-12.5`, the same as `Number` gives and several times as fast; NaN for any other text, which may be a
 * number all the same. One division of two exact numbers is rounded once, as it should be (Clinger 1990).
 */
export function shortDecimal(text: string): number {
  const { length } = text;
  if (length > mostDigits) return Number.NaN;
  let at = 0;
  const isNegative = text.charCodeAt(0) === 45;
  if (isNegative) at = 1;
  let digits = 0;
  let point = -1;
  let whole = 0;
  for (; at < length; at++) {
    const code = text.charCodeAt(at);
    if (code >= 48 && code <= 57) {
      whole = 10 * whole + code - 48;
      digits += 1;
    } else if (code === 46 && point < 0) point = digits;
    else return Number.NaN;
  }
  if (digits === 0) return Number.NaN;
  const value = point < 0 ? whole : whole / (powers[digits - point] as number);
  return isNegative ? -value : value;
}
