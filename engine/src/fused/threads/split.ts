import type { Kernels } from '../kernels.ts';
import type { KernelCall } from './call.ts';
import type { Team } from './team.ts';

/**
 * Number of rows up to which `multiply` uses `engine/assembly/few-rows.ts`; no part of a larger product may
 * be so small.
 */
const FEW = 16;
/** Rows and columns of a tile of a product; splits at tile edges keep the arithmetic of each value. */
const [ROWS, COLUMNS] = [4, 8];
/**
 * Fewest multiplications of a part of a product: about ten microseconds. Handing a part over takes one or
 * two.
 */
const MULTIPLICATIONS = 262_144;
/** Fewest values of a part of an elementwise pass. */
const VALUES = 16_384;
/** Most parts for each thread; a thread that finishes sooner takes another. */
const PARTS = 4;

/**
 * Splits large kernel calls among the threads of a team. It splits only independent outputs, never a sum, and
 * every thread computes an output in the same way, so results are the same bytes for any number of threads,
 * except the sign and the payload of a NaN, which WebAssembly leaves open.
 *
 * @param smallest least size of a part, as a share of the size that pays.
 */
export function split(kernels: Kernels, team: Team, smallest = 1): Kernels {
  const most = PARTS * team.threads;
  const partsOf = (work: number, least: number) => Math.min(most, Math.floor(work / (least * smallest)));
  const elementwise = (
    count: number,
    call: (first: number, length: number) => KernelCall,
    whole: () => void,
  ): void => {
    const spans = spansOf(count, partsOf(count, VALUES), ROWS, ROWS);
    if (spans.length < 2) whole();
    else team.run(spans.map(([first, length]) => call(first, length)));
  };
  return {
    ...kernels,
    // biome-ignore format: one line for each matrix
    multiply(m, n, k, a, lda, transposedA, b, ldb, transposedB, c, ldc, accumulate, bias, scratch) {
      const parts = partsOf(m * n * k, MULTIPLICATIONS);
      const byRows = m > n;
      const spans = byRows
        ? spansOf(m, parts, ROWS, FEW + ROWS)
        : spansOf(n, parts, COLUMNS, 2 * FEW);
      if (spans.length < 2) {
        kernels.multiply(m, n, k, a, lda, transposedA, b, ldb, transposedB, c, ldc, accumulate, bias, scratch);
        return;
      }
      team.run(spans.map(([first, length]): KernelCall => byRows
        ? ['multiply', length, n, k,
          a + 4 * first * (transposedA ? 1 : lda), lda, transposedA, b, ldb, transposedB,
          c + 4 * first * ldc, ldc, accumulate, bias, scratch]
        : ['multiply', m, length, k,
          a, lda, transposedA, b + 4 * first * (transposedB ? ldb : 1), ldb, transposedB,
          c + 4 * first, ldc, accumulate, bias && bias + 4 * first, scratch]));
    },
    // biome-ignore format: one line for each matrix
    multiplyPacked(m, n, k, a, lda, transposedA, packed, c, ldc, accumulate, bias, scratch) {
      const parts = partsOf(m * n * k, MULTIPLICATIONS);
      const byRows = m > n;
      const spans = byRows ? spansOf(m, parts, ROWS, ROWS) : spansOf(n, parts, COLUMNS, COLUMNS);
      if (spans.length < 2) {
        kernels.multiplyPacked(m, n, k, a, lda, transposedA, packed, c, ldc, accumulate, bias, scratch);
        return;
      }
      team.run(spans.map(([first, length]): KernelCall => byRows
        ? ['multiplyPacked', length, n, k,
          a + 4 * first * (transposedA ? 1 : lda), lda, transposedA, packed,
          c + 4 * first * ldc, ldc, accumulate, bias, scratch]
        : ['multiplyPacked', m, length, k,
          a, lda, transposedA, packed + 4 * first * k,
          c + 4 * first, ldc, accumulate, bias && bias + 4 * first, scratch]));
    },
    softmaxCrossEntropy(rows, classes, logits, labels, shares, sums, gaps) {
      const spans = spansOf(rows, partsOf(rows * classes, VALUES), 1, 1);
      if (spans.length < 2) {
        kernels.softmaxCrossEntropy(rows, classes, logits, labels, shares, sums, gaps);
        return;
      }
      team.run(
        spans.map(([first, length]) => {
          const at = 4 * first;
          const [row, label, share, sum, gap] = [logits + at * classes, labels, shares, sums, gaps];
          return ['softmaxCrossEntropy', length, classes, row, label + at, share + at, sum + at, gap + at];
        }),
      );
    },
    sgd(count, w, g, rate) {
      elementwise(
        count,
        (first, length) => ['sgd', length, w + 4 * first, g + 4 * first, rate],
        () => kernels.sgd(count, w, g, rate),
      );
    },
    pull(count, w, anchor, g, strength) {
      elementwise(
        count,
        (first, length) => ['pull', length, w + 4 * first, anchor + 4 * first, g + 4 * first, strength],
        () => kernels.pull(count, w, anchor, g, strength),
      );
    },
    proximalSgd(count, w, anchor, g, ...numbers) {
      elementwise(
        count,
        (first, length) => {
          const at = 4 * first;
          return ['proximalSgd', length, w + at, anchor + at, g + at, ...numbers];
        },
        () => kernels.proximalSgd(count, w, anchor, g, ...numbers),
      );
    },
    momentum(count, w, g, v, ...numbers) {
      elementwise(
        count,
        (first, length) => ['momentum', length, w + 4 * first, g + 4 * first, v + 4 * first, ...numbers],
        () => kernels.momentum(count, w, g, v, ...numbers),
      );
    },
    adam(count, w, g, m, v, ...numbers) {
      elementwise(
        count,
        (first, length) => {
          const at = 4 * first;
          return ['adam', length, w + at, g + at, m + at, v + at, ...numbers];
        },
        () => kernels.adam(count, w, g, m, v, ...numbers),
      );
    },
  };
}

/**
 * At most `parts` spans that make up 0 … `count`, each beginning at a multiple of `grain` and none shorter
 * than `least`.
 */
export function spansOf(
  count: number,
  parts: number,
  grain: number,
  least: number,
): (readonly [first: number, length: number])[] {
  const number = Math.max(1, Math.min(parts, Math.floor(count / least)));
  const length = Math.max(least, Math.ceil(count / number / grain) * grain);
  const step = Math.ceil(length / grain) * grain;
  const spans: (readonly [first: number, length: number])[] = [];
  let first = 0;
  for (; count - first >= step + least; first += step) spans.push([first, step]);
  // A remainder too short for a span of its own goes to the last one.
  spans.push([first, count - first]);
  return spans;
}
