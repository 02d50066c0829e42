import { loadModel, type ModelParts } from '../models/model.ts';
import { loadOnnx } from '../onnx/run.ts';
import { type Deviation, differenceOf, expectedOf, type MeasureOptions, seededInputs } from './difference.ts';

/**
 * Compares an ONNX file with its model on the same seeded inputs, the model on the current backend of tfjs in
 * float32. Throws `engine.no-backend` if ONNX Runtime is not installed.
 */
export async function measureOnnx(
  parts: ModelParts,
  bytes: Uint8Array,
  { examples = 8, seed = 1 }: MeasureOptions = {},
): Promise<Deviation> {
  const onnx = await loadOnnx(bytes);
  const model = await loadModel(parts);
  try {
    const given = seededInputs(model, onnx.inputs, examples, seed);
    return differenceOf(expectedOf(model, given), await onnx.run(given), examples);
  } finally {
    model.dispose();
    await onnx.close();
  }
}
