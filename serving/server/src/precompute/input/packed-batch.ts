import type { Tensor } from '@murmuration/inference-client/tensors/tensor';
import type { RowBatch } from './batch.ts';

/** Batch in transit between threads: one text and one array in place of one per row. */
export interface PackedBatch extends Omit<RowBatch, 'groups'> {
  readonly groups: readonly PackedGroup[];
}

interface PackedGroup {
  /** Keys joined by NUL, which no key contains. */
  readonly keys: string;
  readonly lines: Float64Array;
  readonly inputs: readonly Tensor[];
}

export function packed({ groups, ...rest }: RowBatch): PackedBatch {
  return {
    ...rest,
    groups: groups.map(({ keys, lines, inputs }) => ({
      keys: keys.join('\0'),
      lines: Float64Array.from(lines),
      inputs,
    })),
  };
}

export function unpacked({ groups, ...rest }: PackedBatch): RowBatch {
  return {
    ...rest,
    groups: groups.map(({ keys, lines, inputs }) => ({
      keys: keys.split('\0'),
      lines: Array.from(lines),
      inputs,
    })),
  };
}

/** Returns the buffers that can be transferred to the other thread without a copy. */
export function buffersOf({ groups }: PackedBatch): ArrayBuffer[] {
  const buffers = groups.flatMap(({ lines, inputs }) => [
    lines.buffer as ArrayBuffer,
    ...inputs.flatMap(({ data }) => (ArrayBuffer.isView(data) ? [data.buffer as ArrayBuffer] : [])),
  ]);
  return [...new Set(buffers)];
}
