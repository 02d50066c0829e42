import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { fieldProblem } from '@murmuration/api/settings';
import { errors, MurmurationError } from '@murmuration/protocol/errors/errors';
import { httpStatusOf } from '@murmuration/protocol/errors/statuses';
import { idPattern, type RoundId } from '@murmuration/protocol/ids/ids';
import type { CoordinatorEvents } from '@murmuration/rounds/events/events';
import { SettingsError } from '@murmuration/rounds/task/settings-error';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import * as z from 'zod';

/** Problem document (RFC 9457), with Murmuration's code added to the standard members. */
export const problem = z
  .object({
    type: z.string().describe('urn:murmuration:error: and the code'),
    title: z.string().describe('What the code means'),
    status: z.int(),
    detail: z.string().describe('What was wrong this time'),
    instance: z.string().describe('The path that was asked for'),
    code: z.string(),
    retryable: z.boolean().describe('Whether the same request may succeed later'),
    fields: z
      .array(fieldProblem)
      .optional()
      .describe('Of settings: each field that is wrong, by paths such as `cohort.goal`'),
  })
  .describe('A problem document (RFC 9457)');

/**
 * True if a page loads without a session, or with an expired one: it then shows the sign-in, and no token was
 * tried.
 */
function isSignedOut({ code }: MurmurationError, { method, headers }: FastifyRequest): boolean {
  return code === 'operator.unauthenticated' && method === 'GET' && headers.authorization === undefined;
}

/**
 * Returns a handler that answers every error with a problem document; internal errors are reported, and their
 * details hidden from the answer.
 */
export function problemHandler(events: CoordinatorEvents) {
  return (error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const coded = classify(error);
    // A client that left before its body arrived is neither answered nor counted as refused.
    if (request.raw.destroyed && !request.raw.complete) return reply.hijack();
    if (coded.code === 'server.internal') events.emit('fault', `${request.method} ${request.url}`, error);
    else if (!isSignedOut(coded, request))
      events.emit(
        'refused',
        `${request.method} ${request.routeOptions.url ?? 'unknown'}`,
        coded.code,
        coded.detail,
        (coded.round as RoundId | undefined) ?? roundIn(request.params),
      );
    return sendProblem(request, reply, coded);
  };
}

/** Returns the round in the address of a request. */
function roundIn(params: unknown): RoundId | undefined {
  const { round } = (params ?? {}) as { readonly round?: unknown };
  return typeof round === 'string' && idPattern.test(round) ? (round as RoundId) : undefined;
}

/** Answers with the problem document of an error. */
export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  error: MurmurationError,
): FastifyReply {
  if (error.retryable) reply.header('retry-after', secondsUntilRetry(error));
  // It is unknown if the announced body will still come.
  if (request.headers.expect !== undefined && !request.raw.complete) reply.header('connection', 'close');
  // Serialised here, because a route's schemas describe only its own answers.
  return (
    reply
      .status(httpStatusOf(error))
      // Replaces headers that were set for the regular answer.
      .header('cache-control', 'no-store')
      .header('content-type', 'application/problem+json')
      .serializer(JSON.stringify)
      .send(problemOf(error, request.url))
  );
}

/** Answers where no request exists yet, or no route sees it, and closes the connection. */
export function endWithProblem(socket: Socket, error: MurmurationError, instance = '/'): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const body = JSON.stringify(problemOf(error, instance));
  socket.write(
    [
      `HTTP/1.1 ${httpStatusOf(error)} ${STATUS_CODES[httpStatusOf(error)]}`,
      'connection: close',
      'content-type: application/problem+json',
      `content-length: ${Buffer.byteLength(body)}`,
      ...(error.retryable ? [`retry-after: ${secondsUntilRetry(error)}`] : []),
      '',
      body,
    ].join('\r\n'),
  );
  socket.destroySoon();
}

/** Returns the seconds of the error, or by default a moment. */
function secondsUntilRetry({ after = 2_000 }: MurmurationError): string {
  return String(Math.max(1, Math.ceil(after / 1_000)));
}

function problemOf(error: MurmurationError, instance: string): z.infer<typeof problem> {
  const { code, detail, retryable } = error;
  return {
    type: `urn:murmuration:error:${code}`,
    title: errors[code],
    status: httpStatusOf(error),
    detail,
    instance,
    code,
    retryable,
    ...(error instanceof SettingsError && { fields: [...error.fields] }),
  };
}

/**
 * Messages for errors that the framework raises before a route runs, by code, telling the client what to do.
 */
const beforeRoutes: Readonly<Record<string, string>> = {
  FST_ERR_BAD_URL:
    'The address is damaged: each % has to begin two hexadecimal digits of UTF-8, as %25 of a percent sign.',
  FST_ERR_CTP_INVALID_JSON_BODY:
    'The body is not JSON, though its content-type says so; send one JSON document in UTF-8.',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'The body is empty; send a JSON document, or no content-type.',
  FST_ERR_CTP_INVALID_MEDIA_TYPE:
    'The body is of a type that this address does not take; GET /openapi.json says which it takes.',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'The body is not as long as its content-length says; send it again.',
  FST_ERR_CTP_BODY_TOO_LARGE: 'The body is longer than this address takes; send less at once.',
};

function classify(error: FastifyError): MurmurationError {
  if (error instanceof MurmurationError) return error;
  const status = error.statusCode ?? 500;
  const detail = beforeRoutes[error.code] ?? error.message;
  switch (status) {
    case 413:
      return new MurmurationError('request.too-large', detail);
    case 415:
      return new MurmurationError('request.unsupported', detail);
  }
  if (status >= 400 && status < 500) return new MurmurationError('request.invalid', detail);
  return new MurmurationError('server.internal');
}
