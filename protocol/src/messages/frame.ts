import { Decoder, Encoder } from '@msgpack/msgpack';
import * as z from 'zod/mini';
import { type ErrorCode, errors, isErrorCode, MurmurationError } from '../errors/errors.ts';
import { whyUnfit } from '../errors/misfits.ts';
import { refuseBombs } from './frame-shape.ts';
import { duration, text } from './scalars.ts';

/** Maximum bytes of a control frame; model weights and updates travel over HTTP instead. */
export const maxFrameLength = 1 << 20;

const limits = {
  maxStrLength: 65_536,
  maxBinLength: maxFrameLength,
  maxArrayLength: 16_384,
  maxMapLength: 256,
  maxExtLength: 0,
} as const;

// Shared, since a new one takes kilobytes, which at hundreds of messages a second keeps the garbage collector
// busy.
const encoder = new Encoder({ ignoreUndefined: true, maxDepth: 16 });
const decoder = new Decoder(limits);

/** Encodes a control message as one MessagePack value. */
export function encodeFrame(message: unknown): Uint8Array {
  return encoder.encode(message);
}

/**
 * Reads a frame of at most `longest` bytes and checks it against the schema of its message. Throws
 * `protocol.frame` for anything but one MessagePack value within the limits, `request.too-large`, or, for a
 * value of another shape, `request.invalid`, which names each wrong field and what it has to be.
 */
export function decodeFrame<Schema extends z.ZodMiniType>(
  frame: unknown,
  schema: Schema,
  longest: number = maxFrameLength,
): z.output<Schema> {
  return check(decodeValue(frame, longest), schema);
}

function decodeValue(frame: unknown, longest: number): unknown {
  if (!(frame instanceof Uint8Array))
    throw new MurmurationError('protocol.frame', 'A frame is a byte string.');
  if (frame.length > longest)
    throw new MurmurationError(
      'request.too-large',
      `This frame has at most ${longest} bytes; the one that came has ${frame.length}.`,
    );
  refuseBombs(frame);
  try {
    return decoder.decode(frame);
  } catch (cause) {
    throw new MurmurationError('protocol.frame', undefined, { cause });
  }
}

function check<Schema extends z.ZodMiniType>(value: unknown, schema: Schema): z.output<Schema> {
  const result = z.safeParse(schema, value, { jitless: true });
  if (result.success) return result.data;
  throw new MurmurationError('request.invalid', whyUnfit(schema, value, 'The message'));
}

/** Error as sent to a peer. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly detail: string;
  readonly retryable: boolean;
  /** Milliseconds until another try may help, if known. */
  readonly after?: number | undefined;
}

/** Maximum characters of a detail; it may quote text of a peer. */
const maxDetailLength = 4_096;

const ack = z.discriminatedUnion('ok', [
  z.strictObject({ ok: z.literal(true), value: z.unknown() }),
  z.strictObject({
    ok: z.literal(false),
    code: text(64),
    detail: text(maxDetailLength),
    retryable: z.boolean(),
    after: z.optional(duration),
  }),
]);

export function encodeAccepted(value: unknown): Uint8Array {
  return encodeFrame({ ok: true, value });
}

/** Encodes a refusal with a code of the table; the cause of any other error stays on this side. */
export function encodeRefused(error: unknown): Uint8Array {
  return encodeFrame({ ok: false, ...refusalOf(error) });
}

export function refusalOf(error: unknown): Refusal {
  if (error instanceof MurmurationError) {
    const { code, detail, retryable, after } = error;
    return { code, detail: detail.slice(0, maxDetailLength), retryable, after };
  }
  return { code: 'server.internal', detail: errors['server.internal'], retryable: true };
}

/** Value of an acknowledgement; throws the error that a refusal names. */
export function decodeAck<Schema extends z.ZodMiniType>(frame: unknown, schema: Schema): z.output<Schema> {
  const answer = decodeFrame(frame, ack);
  if (answer.ok) return check(answer.value, schema);
  throw errorOf(answer);
}

/** Error that a refusal names; a code newer than this table is put into the detail. */
export function errorOf({
  code,
  detail,
  retryable,
  after,
}: Omit<Refusal, 'code'> & { readonly code: string }): MurmurationError {
  if (isErrorCode(code)) return new MurmurationError(code, detail, { after });
  return new MurmurationError(retryable ? 'server.internal' : 'request.invalid', `${code}: ${detail}`, {
    after,
  });
}
