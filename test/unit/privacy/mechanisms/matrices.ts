/** A slow second implementation: whole matrices, by the definitions. */
export type Matrix = readonly (readonly number[])[];

/** The lower triangular Toeplitz matrix of a first column. */
export function toeplitz(column: ArrayLike<number>, size: number): Matrix {
  return Array.from({ length: size }, (_, row) =>
    Array.from({ length: size }, (_, at) => (at > row ? 0 : (column[row - at] ?? 0))),
  );
}

export function product(a: Matrix, b: Matrix): Matrix {
  return a.map(row => b[0]!.map((_, j) => row.reduce((sum, value, i) => sum + value * b[i]![j]!, 0)));
}

/** The inverse by Gauss and Jordan's elimination. */
export function inverted(matrix: Matrix): Matrix {
  const size = matrix.length;
  const rows = matrix.map((row, i) => [...row, ...Array.from({ length: size }, (_, j) => (i === j ? 1 : 0))]);
  for (let pivot = 0; pivot < size; pivot++) {
    const best = rows
      .slice(pivot)
      .reduce((at, row, i) => (Math.abs(row[pivot]!) > Math.abs(rows[at]![pivot]!) ? pivot + i : at), pivot);
    [rows[pivot], rows[best]] = [rows[best]!, rows[pivot]!];
    const scale = rows[pivot]![pivot]!;
    rows[pivot] = rows[pivot]!.map(value => value / scale);
    for (let i = 0; i < size; i++) {
      const factor = rows[i]![pivot]!;
      if (i !== pivot && factor !== 0)
        rows[i] = rows[i]!.map((value, j) => value - factor * rows[pivot]![j]!);
    }
  }
  return rows.map(row => row.slice(size));
}

/** Every set of at most `most` rounds that are at least `separation` apart. */
function* patterns(rounds: number, separation: number, most: number, from = 0): Generator<number[]> {
  yield [];
  if (most === 0) return;
  for (let first = from; first < rounds; first++)
    for (const rest of patterns(rounds, separation, most - 1, first + separation)) yield [first, ...rest];
}

/** The largest squared norm of C applied to what one device contributes, each time up to norm 1, over all patterns and signs. */
export function worstSquaredSensitivity(
  strategy: Matrix,
  separation: number,
  participations: number,
): number {
  let worst = 0;
  for (const pattern of patterns(strategy.length, separation, participations))
    for (let signs = 0; signs < 2 ** pattern.length; signs++) {
      const sum = strategy.map(row =>
        pattern.reduce((total, at, i) => total + ((signs >> i) & 1 ? -1 : 1) * row[at]!, 0),
      );
      worst = Math.max(
        worst,
        sum.reduce((total, value) => total + value * value, 0),
      );
    }
  return worst;
}
