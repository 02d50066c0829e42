import type { Deviation } from '@murmuration/engine/measure/difference';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import { modelPath } from '@murmuration/protocol/messages/channel';
import { contentHash, decodeModel, parseModelJson } from '@murmuration/protocol/weights/model-files';
import { maxTopologyBytes } from '../client/model-export.ts';
import type { PublicClient } from '../client/public-client.ts';
import { bytes as inUnits } from '../output/figures.ts';
import { inThread, measuring } from '../threads/in-thread.ts';
import type measure from '../threads/measure.ts';
import { differences, noting } from './export-report.ts';

/**
 * Form of a version that devices get if they only serve it, and how far its answers are from those of all
 * weights.
 */
export interface SmallerForm {
  readonly weights: 'float16' | 'int8';
  readonly bytes: number;
  readonly float32Bytes: number;
  readonly measured: Deviation;
}

/**
 * Loads both forms of a version's weights as devices do, and runs both on the same inputs; returns null if
 * the version has one form. Throws `model.corrupt` for files that do not match their hashes, and the errors
 * of `PublicClient`.
 */
export async function smallerForm(
  client: Pick<PublicClient, 'file'>,
  hash: ModelHash,
): Promise<SmallerForm | null> {
  const path = modelPath(hash);
  const json = await client.file(path, maxTopologyBytes);
  const { topology, layout, weightsHash, smaller } = parseModelJson(hash, json);
  if (!smaller) return null;
  // Loaded only here, so that no other command waits for the engine.
  const { readAllTensors, smallerTensors } = await import('@murmuration/engine/models/stored-tensors');
  const load = (name: string) => client.file(path.replace(/(?<=\/)[^/]+$/, `${name}.bin`), 4 * layout.count);
  const stored = await load(smaller.hash);
  if (contentHash(stored) !== smaller.hash)
    throw new MurmurationError(
      'model.corrupt',
      'The smaller weights do not match the hash that model.json names.',
    );
  const whole = await load(weightsHash);
  const files = decodeModel(hash, json, whole);
  const tensors = smallerTensors(layout, smaller.tensors);
  const weights = readAllTensors(tensors, stored);
  const measured = await noting('Comparing the answers with those of all weights', () =>
    inThread<typeof measure>(
      new URL('../threads/measure.ts', import.meta.url),
      { whole: files, smaller: { topology, layout, weights } },
      { most: measuring },
    ),
  );
  const isHalf = tensors.some(({ quantization }) => quantization?.dtype === 'float16');
  return {
    weights: isHalf ? 'float16' : 'int8',
    bytes: stored.length,
    float32Bytes: whole.length,
    measured,
  };
}

/** Returns the report to the user, line by line. */
export function linesOfSmaller({ weights, bytes, float32Bytes, measured }: SmallerForm): readonly string[] {
  return [
    `${'served as'.padEnd(14)}${weights} by devices that do not train it: ${inUnits(bytes)} of ${inUnits(float32Bytes)}`,
    `${''.padEnd(14)}${differences(measured, weights)}`,
  ];
}
