import type { Deviation } from '@murmuration/engine/measure/difference';
import type { StoredWeights } from '@murmuration/engine/models/stored-weights';
import { installing } from '@murmuration/engine/onnx/library';
import { type ErrorCode, MurmurationError } from '@murmuration/protocol/errors/errors';
import { type Fetched, writeWhole } from '../client/model-export.ts';
import { inThread, measuring } from '../threads/in-thread.ts';
import type writeAsOnnx from '../threads/write-onnx.ts';
import { differences, noting, sizeLine, type Written } from './export-report.ts';

/** Export to ONNX, and how far its answers are from those of the model. */
export interface OnnxExported extends Written {
  readonly file: string;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /** Difference of the answers; null if ONNX Runtime is not installed. */
  readonly measured: Deviation | null;
}

interface Port {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly (number | string)[];
}

/**
 * Writes a version as one ONNX file, and measures it. Throws `export.unsupported` and `config.invalid`, and
 * then writes nothing.
 */
export async function exportOnnx(
  fetched: Fetched,
  file: string,
  weights: StoredWeights,
): Promise<OnnxExported> {
  const { files } = fetched;
  // Loaded only here, so that no other command waits for the engine.
  const [{ startBackend }, { measureOnnx }] = await Promise.all([
    import('@murmuration/engine/backend/backend'),
    import('@murmuration/engine/measure/onnx'),
  ]);
  const { bytes, ...written } = await noting('Writing the model as ONNX', () =>
    inThread<typeof writeAsOnnx>(
      new URL('../threads/write-onnx.ts', import.meta.url),
      { files, weights },
      { most: measuring },
    ),
  );
  // Runs in this thread, now that the model is known to build: onnxruntime-node can't run in a worker.
  await startBackend();
  const measured = await noting('Comparing its answers with those of the model', () =>
    unlessMissing(measureOnnx(files, bytes)),
  );
  await writeWhole(file, bytes);
  return {
    model: files.hash,
    file,
    weights,
    values: files.layout.count,
    bytes: bytes.length,
    ...written,
    measured,
  };
}

/** Returns the report of an export to the user, line by line. */
export function linesOf(done: OnnxExported): readonly string[] {
  const { file, weights, inputs, outputs, measured } = done;
  const ports = (all: readonly Port[]) =>
    all.map(({ name, type, shape }) => `${name} (${type} ${shape.join(' × ')})`).join(', ');
  return [
    sizeLine(done, file),
    `It takes ${ports(inputs)} and gives ${ports(outputs)}.`,
    measured
      ? differences(measured, weights)
      : `Its answers were not measured, since onnxruntime-web is not installed: ${installing}`,
  ];
}

const missing: ErrorCode = 'engine.no-backend';

async function unlessMissing<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof MurmurationError && error.code === missing) return null;
    throw error;
  }
}
