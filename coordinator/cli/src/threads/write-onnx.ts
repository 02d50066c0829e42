import { startBackend } from '@murmuration/engine/backend/backend';
import type { StoredWeights } from '@murmuration/engine/models/stored-weights';
import { writeOnnx } from '@murmuration/engine/onnx/write';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';

/** Writes a version as ONNX, and returns the size that it would have in float32. */
export default async function writeAsOnnx({
  files,
  weights,
}: {
  readonly files: ModelFiles;
  readonly weights: StoredWeights;
}) {
  await startBackend();
  const written = await writeOnnx(files, { weights });
  const whole = weights === 'float32' ? written : await writeOnnx(files);
  return { ...written, float32Bytes: whole.bytes.length };
}
