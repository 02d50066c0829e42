import { errors, MurmurationError } from '@murmuration/protocol/errors/errors';
import { eventHeader, keyHeader, longestPoll, numberHeader } from '@murmuration/protocol/messages/polling';
import type { FastifyReply, FastifyRequest } from 'fastify';
import * as z from 'zod';
import type { Message } from './polled-carrier.ts';

/** Pattern of a request key. */
const requestKeyPattern = /^[\w-]{1,64}$/;
export const frameType = 'application/octet-stream';
/** Frame sent as it is, without a JSON schema. */
export const frame = z.any().describe('A frame, `application/octet-stream`');
export const security = [{ connectionToken: [] }];

const expectedWait = `expected a whole number from 0 to ${longestPoll}`;

/** Query of a poll. */
export const poll = z.object({
  after: z
    .string()
    .regex(/^\d{1,16}$/, 'expected the number of a message, or 0 before the first one')
    .describe('The number of the last message that the device has read; those up to it are no longer kept'),
  wait: z
    .string()
    .regex(/^\d{1,2}$/, expectedWait)
    .default(String(longestPoll))
    .refine(seconds => Number(seconds) <= longestPoll, expectedWait)
    .describe(`s for which the answer may wait for a message, ${longestPoll} at most`),
});

/** Returns the key of a request. Throws `request.invalid` if it has none. */
export function keyOf({ headers }: Pick<FastifyRequest, 'headers'>): string {
  const key = headers[keyHeader.toLowerCase()];
  if (typeof key === 'string' && requestKeyPattern.test(key)) return key;
  throw new MurmurationError('request.invalid', `${keyHeader}: 1 to 64 letters, digits, - or _ are needed.`);
}

/** Throws `request.too-large` for a body whose declared length exceeds `longest`, before it is read. */
export function requireShort({ headers }: Pick<FastifyRequest, 'headers'>, longest: number): void {
  if (Number(headers['content-length'] ?? 0) > longest)
    throw new MurmurationError('request.too-large', `A frame of this event has at most ${longest} bytes.`);
}

export function sendMessage(reply: FastifyReply, { number, event, frame }: Message): FastifyReply {
  return reply
    .header(eventHeader, event)
    .header(numberHeader, String(number))
    .header('cache-control', 'no-store')
    .type(frameType)
    .send(frame);
}

/** Returns the error that a device sees, which hides the details of internal errors. */
export function coded(error: unknown): MurmurationError {
  return error instanceof MurmurationError
    ? error
    : new MurmurationError('server.internal', errors['server.internal']);
}
