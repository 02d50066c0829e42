import { Decoder, Encoder } from '@msgpack/msgpack';
import * as z from 'zod/mini';
import { type ErrorCode, errors, isErrorCode, MurmurationError } from '../errors.ts';
import { text } from './scalars.ts';

/** Longest control frame in bytes; model weights and updates travel over HTTP instead. */
export const maxFrameLength = 1 << 20;

const limits = {
  maxStrLength: 65_536,
  maxBinLength: maxFrameLength,
  maxArrayLength: 16_384,
  maxMapLength: 256,
  maxExtLength: 0,
} as const;

/** A control message as one MessagePack value. */
export function encodeFrame(message: unknown): Uint8Array {
  return new Encoder({ ignoreUndefined: true, maxDepth: 16 }).encode(message);
}

/**
 * Reads a frame and checks it against the schema of its message. Throws `protocol.frame` for anything but one
 * MessagePack value within the limits, `request.invalid`, naming the field, for a value of another shape.
 */
export function decodeFrame<Schema extends z.ZodMiniType>(frame: unknown, schema: Schema): z.output<Schema> {
  return check(decodeValue(frame), schema);
}

function decodeValue(frame: unknown): unknown {
  if (!(frame instanceof Uint8Array))
    throw new MurmurationError('protocol.frame', 'A frame is a byte string.');
  if (frame.length > maxFrameLength)
    throw new MurmurationError(
      'request.too-large',
      `A frame has at most ${maxFrameLength} bytes; this one has ${frame.length}.`,
    );
  try {
    return new Decoder(limits).decode(frame);
  } catch (cause) {
    throw new MurmurationError('protocol.frame', undefined, { cause });
  }
}

function check<Schema extends z.ZodMiniType>(value: unknown, schema: Schema): z.output<Schema> {
  const result = z.safeParse(schema, value, { jitless: true });
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0]!;
  const field = path.length > 0 ? path.join('.') : 'the message';
  throw new MurmurationError('request.invalid', `${field}: ${message}`);
}

/** Why a request was refused. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly detail: string;
  readonly retryable: boolean;
}

/** Characters of a detail; it may quote what a peer sent. */
const maxDetailLength = 4_096;

const ack = z.discriminatedUnion('ok', [
  z.strictObject({ ok: z.literal(true), value: z.unknown() }),
  z.strictObject({
    ok: z.literal(false),
    code: text(64),
    detail: text(maxDetailLength),
    retryable: z.boolean(),
  }),
]);

export function encodeAccepted(value: unknown): Uint8Array {
  return encodeFrame({ ok: true, value });
}

/** Tells the peer a code of the table; the cause of any other error stays on this side. */
export function encodeRefused(error: unknown): Uint8Array {
  return encodeFrame({ ok: false, ...refusalOf(error) });
}

export function refusalOf(error: unknown): Refusal {
  if (error instanceof MurmurationError)
    return { code: error.code, detail: error.detail.slice(0, maxDetailLength), retryable: error.retryable };
  return { code: 'server.internal', detail: errors['server.internal'].text, retryable: true };
}

/** The value of an ack; throws the error that a refusal names. */
export function decodeAck<Schema extends z.ZodMiniType>(frame: unknown, schema: Schema): z.output<Schema> {
  const answer = decodeFrame(frame, ack);
  if (answer.ok) return check(answer.value, schema);
  throw errorOf(answer);
}

/** The error that a refusal names; a code that is newer than this table stands for itself in the detail. */
export function errorOf({ code, detail, retryable }: Omit<Refusal, 'code'> & { readonly code: string }) {
  if (isErrorCode(code)) return new MurmurationError(code, detail);
  return new MurmurationError(retryable ? 'server.internal' : 'request.invalid', `${code}: ${detail}`);
}
