import { loadModel, type ModelParts } from '../models/model.ts';
import { specsOf } from '../runtime/layers-model.ts';
import { type Deviation, differenceOf, expectedOf, type MeasureOptions, seededInputs } from './difference.ts';

/**
 * Compares a model with one read from a smaller form of it on the same seeded inputs, on the current backend
 * of tfjs.
 */
export async function measureStored(
  parts: ModelParts,
  smaller: ModelParts,
  { examples = 8, seed = 1 }: MeasureOptions = {},
): Promise<Deviation> {
  const model = await loadModel(parts);
  const other = await loadModel(smaller);
  try {
    const given = seededInputs(model, specsOf(model.inputs), examples, seed);
    return differenceOf(expectedOf(model, given), expectedOf(other, given), examples);
  } finally {
    model.dispose();
    other.dispose();
  }
}
