const WIDTH = 8;

/**
 * Writes a matrix `[rows, columns]` in panels to `to`, as `pack` of the kernels does, but from outside their
 * memory, so that a model in use never has its weights there twice. Zeros fill the last panel.
 */
export function writePanels(matrix: Float32Array, rows: number, columns: number, to: Float32Array): void {
  const whole = columns - (columns % WIDTH);
  for (let row = 0; row < rows; row++) {
    const from = row * columns;
    let at = row * WIDTH;
    for (let column = 0; column < whole; column += WIDTH, at += rows * WIDTH)
      for (let i = 0; i < WIDTH; i++) to[at + i] = matrix[from + column + i]!;
    if (whole === columns) continue;
    for (let i = 0; i < WIDTH; i++) to[at + i] = whole + i < columns ? matrix[from + whole + i]! : 0;
  }
}
