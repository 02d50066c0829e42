import { errors, MurmurationError } from '@murmuration/protocol/errors/errors';
import { eventHeader, keyHeader, longestPoll, numberHeader } from '@murmuration/protocol/messages/polling';
import type { FastifyReply, FastifyRequest } from 'fastify';
import * as z from 'zod';
import type { Message } from './polled-carrier.ts';

/** What a key of a request is made of. */
const keyPattern = /^[\w-]{1,64}$/;
export const frameType = 'application/octet-stream';
/** A frame goes out as it is: no schema of JSON says what is in it. */
export const frame = z.any().describe('A frame, `application/octet-stream`');
export const security = [{ connectionToken: [] }];

const expectedWait = `expected a whole number from 0 to ${longestPoll}`;

/** What a poll says. */
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

/** The key of a request. Throws `request.invalid` where it has none. */
export function keyOf({ headers }: Pick<FastifyRequest, 'headers'>): string {
  const key = headers[keyHeader.toLowerCase()];
  if (typeof key === 'string' && keyPattern.test(key)) return key;
  throw new MurmurationError('request.invalid', `${keyHeader}: 1 to 64 letters, digits, - or _ are needed.`);
}

/** Throws `request.too-large` for a body that says that it is longer, before it is read. */
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

/** What a device is told of an error: of one that is ours no more than that. */
export function coded(error: unknown): MurmurationError {
  return error instanceof MurmurationError
    ? error
    : new MurmurationError('server.internal', errors['server.internal']);
}
