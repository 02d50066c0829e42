import type { TrainingPath } from '@murmuration/engine/training/trainer';
import { type MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';
import { decodeFrame, encodeFrame, errorOf, refusalOf } from '@murmuration/protocol/messages/frame';
import type { MeasuredMetrics } from '@murmuration/simulations/scenario/define-scenario';
import type { ResultOf } from '@murmuration/simulations/workers/jobs';
import * as z from 'zod/mini';
import type { FarJob } from './jobs.ts';

/** Bytes of the length field before the head of an answer. */
const lengthBytes = 4;

// A failed training may give NaN or infinity, which are kept.
const number = z.custom<number>(value => typeof value === 'number', 'expected a number');
const metrics = z.record(z.string(), number);

/** Host and process of the worker. */
const by = z.string().check(z.maxLength(300));

const head = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('trained'),
    by,
    examples: number,
    metrics,
    path: z.optional(
      z.strictObject({
        engine: z.enum(['fused', 'generic', 'own']),
        reason: z.string(),
        backend: z.optional(z.string()),
      }),
    ),
    /** True if a gradient follows the delta. */
    hasGradient: z.boolean(),
  }),
  z.strictObject({ kind: z.literal('measured'), by, weight: number, metrics }),
  z.strictObject({
    kind: z.literal('failed'),
    by,
    code: z.string(),
    detail: z.string(),
    retryable: z.boolean(),
    after: z.optional(number),
  }),
]);

type Result = ResultOf<FarJob>;

/**
 * Encodes a result as bytes in parts: a head, then the vectors as little-endian float32. The vectors share
 * the result's memory.
 * @param by worker that has done the job
 */
export function encodeAnswer(result: Result, by: string): Uint8Array[] {
  if (!('delta' in result)) return framed({ kind: 'measured', by, ...result });
  const { delta, gradient, examples, metrics: figures, path } = result;
  const vectors = gradient ? [delta, gradient] : [delta];
  return framed(
    { kind: 'trained', by, examples, metrics: figures, path, hasGradient: gradient !== undefined },
    ...vectors,
  );
}

/** Encodes the error of a job. */
export function encodeFailure(error: unknown, by: string): Uint8Array[] {
  return framed({ kind: 'failed', by, ...refusalOf(error) });
}

/** Error for bytes that are no worker's answer. */
export class UnreadableAnswer extends Error {}

/** Outcome of a job, and the worker that has done it. */
interface Answer {
  readonly by: string;
  /** Result, or error. */
  readonly outcome: Result | MurmurationError;
}

/**
 * Decodes the answer to a job.
 * @throws `UnreadableAnswer` for invalid bytes
 */
export function decodeAnswer(bytes: Uint8Array, job: FarJob): Answer {
  try {
    return read(bytes, job);
  } catch (error) {
    throw new UnreadableAnswer(messageOf(error));
  }
}

function read(bytes: Uint8Array, job: FarJob): Answer {
  if (bytes.length < lengthBytes) throw new RangeError('It ends in its first bytes.');
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true);
  const answer = decodeFrame(bytes.subarray(lengthBytes, lengthBytes + length), head);
  const { by } = answer;
  if (answer.kind === 'failed') return { by, outcome: errorOf(answer) };
  if ((answer.kind === 'trained') !== (job.kind === 'train'))
    throw new TypeError(`A job "${job.kind}" was answered as ${answer.kind}.`);
  if (answer.kind === 'measured')
    return { by, outcome: { weight: answer.weight, metrics: answer.metrics } satisfies MeasuredMetrics };
  const { examples, metrics: figures, path, hasGradient } = answer;
  const { count } = job.model.layout;
  const rest = bytes.subarray(aligned(lengthBytes + length));
  if (rest.length !== 4 * count * (hasGradient ? 2 : 1))
    throw new RangeError(`Its vectors have ${rest.length} bytes, for a model of ${count} values.`);
  const delta = vectorAt(rest, 0, count);
  const vectors = hasGradient ? { delta, gradient: vectorAt(rest, count, count) } : { delta };
  return {
    by,
    outcome: { ...vectors, examples, metrics: figures, ...(path && { path: path as TrainingPath }) },
  };
}

/** Copies a vector into its own buffer, which may be transferred to another thread. */
function vectorAt({ buffer, byteOffset }: Uint8Array, at: number, count: number): Float32Array {
  const from = byteOffset + 4 * at;
  if (from % 4 === 0) return new Float32Array(buffer, from, count).slice();
  return new Float32Array(buffer.slice(from, from + 4 * count) as ArrayBuffer);
}

/** Rounds up to the alignment of vectors, counted from the first byte of an answer. */
function aligned(length: number): number {
  return 8 * Math.ceil(length / 8);
}

function framed(first: z.output<typeof head>, ...vectors: readonly Float32Array[]): Uint8Array[] {
  const frame = encodeFrame(first);
  const before = new Uint8Array(aligned(lengthBytes + frame.length));
  new DataView(before.buffer).setUint32(0, frame.length, true);
  before.set(frame, lengthBytes);
  return [
    before,
    ...vectors.map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength)),
  ];
}
