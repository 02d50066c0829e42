import type { Deviation } from '@murmuration/engine/measure/difference';
import type { StoredModel, StoredWeights } from '@murmuration/engine/models/stored-weights';
import { type Fetched, writeFolder } from '../client/model-export.ts';
import { inThread, measuring } from '../threads/in-thread.ts';
import type measure from '../threads/measure.ts';
import { differences, noting, sizeLine, type Written } from './export-report.ts';

/** Export in the format of TensorFlow.js. */
export interface FolderExported extends Written {
  /** Paths of the weights, and of `model.json`, which names them. */
  readonly files: readonly string[];
  /**
   * Difference of the answers with smaller weights from those of the model; null if all weights are float32.
   */
  readonly measured: Deviation | null;
}

/** Returns the two files of a version with its matrices in fewer bytes, and how that changes the answers. */
export async function storedSmaller(
  { files, json, weights, name }: Fetched,
  as: StoredWeights,
): Promise<{ readonly stored: StoredModel; readonly measured: Deviation | null }> {
  if (as === 'float32') return { stored: { json, name, weights }, measured: null };
  // Loaded only here, so that no other command waits for the engine.
  const { readStoredModel, storeModel } = await import('@murmuration/engine/models/stored-weights');
  const stored = storeModel(files, as);
  const smaller = readStoredModel(stored.json, stored.weights);
  const measured = await noting('Comparing the answers with those of the model', () =>
    inThread<typeof measure>(
      new URL('../threads/measure.ts', import.meta.url),
      { whole: files, smaller },
      { most: measuring },
    ),
  );
  return { stored, measured };
}

/**
 * Writes a version into a folder in the format of `tf.loadLayersModel`. Throws `config.invalid`, and then
 * leaves nothing half written.
 */
export async function exportFolder(
  fetched: Fetched,
  folder: string,
  weights: StoredWeights,
): Promise<FolderExported> {
  const { stored, measured } = await storedSmaller(fetched, weights);
  const files = await writeFolder(folder, { [stored.name]: stored.weights, 'model.json': stored.json });
  return { ...writtenOf(fetched, stored, weights), files, measured };
}

/** Returns the sizes of an export. */
export function writtenOf({ files, weights }: Fetched, stored: StoredModel, as: StoredWeights): Written {
  return {
    model: files.hash,
    weights: as,
    values: files.layout.count,
    bytes: stored.weights.length,
    float32Bytes: weights.length,
  };
}

/** Returns the report of an export to the user, line by line. */
export function linesOfFolder(done: FolderExported): readonly string[] {
  const line = sizeLine(done, done.files.join(' and '));
  return done.measured ? [line, differences(done.measured, done.weights)] : [line];
}
