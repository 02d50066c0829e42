/** Returns the least value not below a bound, to the last bit; `isBelow` is true from 0 to the bound. */
export function boundOf(isBelow: (value: number) => boolean): number {
  let low = 0;
  let high = 1;
  while (isBelow(high)) high *= 2;
  for (let middle = 0.5; low < middle && middle < high; middle = (low + high) / 2) {
    if (isBelow(middle)) low = middle;
    else high = middle;
  }
  return high;
}
