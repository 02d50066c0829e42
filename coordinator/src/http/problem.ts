import { type ErrorCode, errors, MurmurationError } from '@murmuration/protocol/errors';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { CoordinatorEvents } from '../events.ts';

/** A problem document (RFC 9457), with our code beside the standard members. */
export const problem = z
  .object({
    type: z.string().describe('urn:murmuration:error: and the code'),
    title: z.string().describe('What the code means'),
    status: z.int(),
    detail: z.string().describe('What was wrong this time'),
    instance: z.string().describe('The path that was asked for'),
    code: z.string(),
    retryable: z.boolean().describe('Whether the same request may succeed later'),
  })
  .describe('A problem document (RFC 9457)');

/** Answers everything that goes wrong with a problem document; what is ours to mend is reported, and kept from the answer. */
export function problemHandler(events: CoordinatorEvents) {
  return (error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const { code, detail } = classify(error);
    if (code === 'server.internal') events.emit('fault', `${request.method} ${request.url}`, error);
    else events.emit('refused', `${request.method} ${request.routeOptions.url ?? 'unknown'}`, code, detail);
    return sendProblem(request, reply, code, detail);
  };
}

export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  code: ErrorCode,
  detail: string,
): FastifyReply {
  const { status, retryable, text } = errors[code];
  if (retryable) reply.header('retry-after', '2');
  const body: z.infer<typeof problem> = {
    type: `urn:murmuration:error:${code}`,
    title: text,
    status,
    detail,
    instance: request.url,
    code,
    retryable,
  };
  // Serialised here: a route's schemas describe its own answers.
  return reply
    .status(status)
    .header('content-type', 'application/problem+json')
    .serializer(JSON.stringify)
    .send(body);
}

function classify(error: FastifyError): { code: ErrorCode; detail: string } {
  if (error instanceof MurmurationError) return { code: error.code, detail: error.detail };
  if (hasZodFastifySchemaValidationErrors(error)) {
    const [first] = error.validation;
    return {
      code: 'request.invalid',
      detail: `${first!.instancePath || error.validationContext}: ${first!.message}`,
    };
  }
  const status = error.statusCode ?? 500;
  switch (status) {
    case 413:
      return { code: 'request.too-large', detail: error.message };
    case 415:
      return { code: 'request.unsupported', detail: error.message };
  }
  if (status >= 400 && status < 500) return { code: 'request.invalid', detail: error.message };
  return { code: 'server.internal', detail: errors['server.internal'].text };
}
