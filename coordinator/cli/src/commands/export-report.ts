import { setTimeout as pause } from 'node:timers/promises';
import type { Deviation } from '@murmuration/engine/measure/difference';
import type { StoredWeights } from '@murmuration/engine/models/stored-weights';
import { bytes as inUnits } from '../output/figures.ts';
import { note } from '../output/output.ts';

/** Export as written, with its size. */
export interface Written {
  readonly model: string;
  readonly weights: StoredWeights;
  /** Number of values of the model. */
  readonly values: number;
  /** Bytes of all files with weights, and of the same weights in float32. */
  readonly bytes: number;
  readonly float32Bytes: number;
}

/** Returns one line about what was written, and where. */
export function sizeLine({ model, weights, values, bytes, float32Bytes }: Written, where: string): string {
  const share =
    weights === 'float32'
      ? ''
      : `, ${percent(bytes / float32Bytes)} of the ${inUnits(float32Bytes)} in float32`;
  return `Exported ${model}, ${values} values, to ${where}: ${inUnits(bytes)} with ${weights} weights${share}`;
}

/** Returns one line about how far the answers of the written model are from those of the original. */
export function differences(
  { examples, largest, mean, reach, sameHighest }: Deviation,
  weights: StoredWeights,
): string {
  const against = weights === 'float32' ? 'those of TensorFlow.js' : 'those of the float32 model';
  const highest =
    sameHighest === null ? '' : ` The highest output is the same in ${percent(sameHighest)} of the rows.`;
  return (
    `On ${examples} seeded examples its outputs differ from ${against} by ${short(largest)} at most and ` +
    `${short(mean)} on average; outputs reach ${short(reach)}.${highest}`
  );
}

/** Runs `work`, and notes on standard error what is under way if it takes longer than two seconds. */
export async function noting<T>(what: string, work: () => Promise<T>): Promise<T> {
  const done = new AbortController();
  pause(2_000, undefined, { signal: done.signal }).then(
    () => note(`${what} …`),
    () => {},
  );
  try {
    return await work();
  } finally {
    done.abort();
  }
}

function short(value: number): string {
  return String(Number(value.toPrecision(2)));
}

function percent(share: number): string {
  return `${Number((100 * share).toFixed(1))} %`;
}
