import type { Measured } from '@murmuration/engine/measure/difference';
import type { StoredModel, StoredWeights } from '@murmuration/engine/models/stored-weights';
import { type Fetched, writeFolder } from '../client/model-export.ts';
import { inThread, measuring } from '../threads/in-thread.ts';
import type measure from '../threads/measure.ts';
import { differences, noting, sizeLine, type Written } from './export-report.ts';

/** What was written as TensorFlow.js takes it. */
export interface FolderExported extends Written {
  /** Paths: the weights, and `model.json`, which names them. */
  readonly files: readonly string[];
  /** How far the answers with smaller weights are from those of the model; null with all of float32. */
  readonly measured: Measured | null;
}

/** The two files of a version with its matrices in fewer bytes, and what that changes. */
export async function storedSmaller(
  { files, json, weights, name }: Fetched,
  as: StoredWeights,
): Promise<{ readonly stored: StoredModel; readonly measured: Measured | null }> {
  if (as === 'float32') return { stored: { json, name, weights }, measured: null };
  // Only here: no other command waits for the engine to load.
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

/** Writes a version into a folder as `tf.loadLayersModel` takes it. Throws `config.invalid`; nothing is half written then. */
export async function exportFolder(
  fetched: Fetched,
  folder: string,
  weights: StoredWeights,
): Promise<FolderExported> {
  const { stored, measured } = await storedSmaller(fetched, weights);
  const files = await writeFolder(folder, { [stored.name]: stored.weights, 'model.json': stored.json });
  return { ...writtenOf(fetched, stored, weights), files, measured };
}

/** How large it is. */
export function writtenOf({ files, weights }: Fetched, stored: StoredModel, as: StoredWeights): Written {
  return {
    model: files.hash,
    weights: as,
    values: files.layout.count,
    bytes: stored.weights.length,
    float32Bytes: weights.length,
  };
}

/** What to tell people of an export, a line each. */
export function linesOfFolder(done: FolderExported): readonly string[] {
  const line = sizeLine(done, done.files.join(' and '));
  return done.measured ? [line, differences(done.measured, done.weights)] : [line];
}
