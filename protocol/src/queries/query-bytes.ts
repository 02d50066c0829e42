import * as z from 'zod/mini';
import { MurmurationError } from '../errors/errors.ts';
import { decodeFrame, encodeFrame } from '../messages/frame.ts';
import { longestQuery, type Plan } from '../messages/plan.ts';
import type { Query } from './query.ts';
import { parseQuery } from './query-form.ts';

/**
 * Encodes a query as one MessagePack value, as plans carry it. Throws `config.invalid` if it is longer than a
 * plan has room for.
 */
export function writeQuery(query: Query): Uint8Array {
  const bytes = encodeFrame(query);
  if (bytes.length > longestQuery)
    throw new MurmurationError(
      'config.invalid',
      `The query "${query.name}" has ${bytes.length} bytes; a plan has room for ${longestQuery}.`,
    );
  return bytes;
}

/** Reads the bytes of a query; throws `protocol.frame` or `request.invalid`. */
export function readQuery(bytes: Uint8Array): Query {
  return parseQuery(decodeFrame(bytes, z.unknown(), longestQuery));
}

/** Query of a plan; undefined if devices train. Throws as `readQuery` does. */
export function queryOf({ query: bytes }: Pick<Plan, 'query'>): Query | undefined {
  return bytes && readQuery(bytes);
}
