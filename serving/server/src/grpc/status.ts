import { Metadata, type StatusObject, status } from '@grpc/grpc-js';
import type { MurmurationError } from '@murmuration/protocol/errors/errors';
import { httpStatusOf } from '@murmuration/protocol/errors/statuses';

/** gRPC status by HTTP status. */
const codes: Readonly<Record<number, status>> = {
  400: status.INVALID_ARGUMENT,
  401: status.UNAUTHENTICATED,
  403: status.PERMISSION_DENIED,
  404: status.NOT_FOUND,
  408: status.DEADLINE_EXCEEDED,
  413: status.RESOURCE_EXHAUSTED,
  422: status.FAILED_PRECONDITION,
  429: status.RESOURCE_EXHAUSTED,
  501: status.UNIMPLEMENTED,
  503: status.UNAVAILABLE,
  504: status.DEADLINE_EXCEEDED,
};
/** Maximum characters of an error's text: it travels among headers, which clients bound. */
const maxErrorCharacters = 1_000;

/**
 * Returns an error as the status of a call, with the same text as HTTP; a retryable one tells after how many
 * ms to retry.
 */
export function statusOf(error: MurmurationError): StatusObject {
  const { detail, retryable, after = 1_000 } = error;
  const metadata = new Metadata();
  if (retryable) metadata.set('grpc-retry-pushback-ms', String(Math.ceil(after)));
  // The text may be cut within a character, and unpaired surrogates can't be sent.
  const details = Buffer.from(detail.slice(0, maxErrorCharacters)).toString();
  return { code: codes[httpStatusOf(error)] ?? status.INTERNAL, details, metadata };
}
