import { setTimeout as pause } from 'node:timers/promises';
import { type ErrorCode, MurmurationError } from '@murmuration/protocol/errors/errors';
import { type Fetched, writeWhole } from '../client/model-export.ts';
import { bytes as inUnits } from '../output/figures.ts';
import { note } from '../output/output.ts';

/** How the matrices of the file are stored. */
export type Weights = 'float32' | 'float16' | 'int8';

/** What was written, and how far its answers are from those of the model. */
export interface OnnxExported {
  readonly model: string;
  readonly file: string;
  readonly weights: Weights;
  /** Values of the model. */
  readonly values: number;
  /** Of the file, and of the same one in float32. */
  readonly bytes: number;
  readonly float32Bytes: number;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /** Null where ONNX Runtime is not installed. */
  readonly measured: {
    readonly examples: number;
    readonly largest: number;
    readonly mean: number;
    readonly reach: number;
    readonly sameHighest: number | null;
  } | null;
}

interface Port {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly (number | string)[];
}

/** Writes a version as one ONNX file, and measures it. Throws `export.unsupported` and `config.invalid`; nothing is written then. */
export async function exportOnnx(fetched: Fetched, file: string, weights: Weights): Promise<OnnxExported> {
  const { files } = fetched;
  // Only here: no other command waits for the engine to load.
  const [{ startBackend }, { writeOnnx }, { measureOnnx }] = await Promise.all([
    import('@murmuration/engine/backend/backend'),
    import('@murmuration/engine/onnx/write'),
    import('@murmuration/engine/onnx/measure'),
  ]);
  await startBackend();
  const written = await noting('Writing the model as ONNX', () => writeOnnx(files, { weights }));
  const whole = weights === 'float32' ? written : await writeOnnx(files);
  const measured = await noting('Comparing its answers with those of the model', () =>
    unlessMissing(measureOnnx(files, written.bytes)),
  );
  await writeWhole(file, written.bytes);
  return {
    model: files.hash,
    file,
    weights,
    values: files.layout.count,
    bytes: written.bytes.length,
    float32Bytes: whole.bytes.length,
    inputs: written.inputs,
    outputs: written.outputs,
    measured,
  };
}

/** What to tell people of an export, a line each. */
export function linesOf(done: OnnxExported): readonly string[] {
  const { model, file, weights, values, bytes, float32Bytes, inputs, outputs, measured } = done;
  const share =
    weights === 'float32'
      ? ''
      : `, ${percent(bytes / float32Bytes)} of the ${inUnits(float32Bytes)} in float32`;
  const ports = (all: readonly Port[]) =>
    all.map(({ name, type, shape }) => `${name} (${type} ${shape.join(' × ')})`).join(', ');
  return [
    `Exported ${model}, ${values} values, to ${file}: ${inUnits(bytes)} with ${weights} weights${share}`,
    `It takes ${ports(inputs)} and gives ${ports(outputs)}.`,
    measured
      ? differences(measured, weights)
      : 'Its answers were not measured: onnxruntime-web is not installed.',
  ];
}

function differences(measured: NonNullable<OnnxExported['measured']>, weights: Weights): string {
  const { examples, largest, mean, reach, sameHighest } = measured;
  const against = weights === 'float32' ? 'those of TensorFlow.js' : 'those of the float32 model';
  const highest =
    sameHighest === null ? '' : ` The highest output is the same in ${percent(sameHighest)} of the rows.`;
  return (
    `On ${examples} seeded examples its outputs differ from ${against} by ${short(largest)} at most and ` +
    `${short(mean)} on average; outputs reach ${short(reach)}.${highest}`
  );
}

function short(value: number): string {
  return String(Number(value.toPrecision(2)));
}

function percent(share: number): string {
  return `${Number((100 * share).toFixed(1))} %`;
}

/** Says on standard error what is under way where it takes longer than two seconds. */
async function noting<T>(what: string, work: () => Promise<T>): Promise<T> {
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

const missing: ErrorCode = 'engine.no-backend';

async function unlessMissing<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof MurmurationError && error.code === missing) return null;
    throw error;
  }
}
