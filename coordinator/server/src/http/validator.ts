import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { plainWords } from '@murmuration/protocol/errors/expected';
import { describeMisfits } from '@murmuration/protocol/errors/misfits';
import type { FastifySchemaCompiler } from 'fastify';
import * as z from 'zod';
import { pathProblem } from './path-problem.ts';

/** Names of the parts of a request, for errors about a whole part. */
const wholes: Readonly<Record<string, string>> = {
  body: 'The body',
  headers: 'The header',
};

/**
 * Compiles the schemas of routes; invalid input is refused with `request.invalid` and a text of what is
 * valid.
 */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> =
  ({ schema, httpPart = 'body' }) =>
  (value: unknown) => {
    const found = schema.safeParse(value, { error: plainWords });
    return found.success
      ? { value: found.data }
      : { error: new MurmurationError('request.invalid', detailOf(found.error, schema, value, httpPart)) };
  };

function detailOf({ issues }: z.ZodError, schema: z.ZodType, value: unknown, httpPart: string): string {
  if (httpPart === 'params') {
    const parameter = String(issues[0]?.path[0]);
    const inPath = pathProblem(parameter, (value as Readonly<Record<string, unknown>>)[parameter]);
    if (inPath !== undefined) return inPath;
  }
  if (httpPart === 'querystring') return queryProblem(issues, schema, value);
  return describeMisfits(issues, value, wholes[httpPart] ?? 'The request');
}

/** Returns the text of `describeMisfits`, or for unknown parameters the list of known ones. */
function queryProblem(issues: readonly z.core.$ZodIssue[], schema: z.ZodType, value: unknown): string {
  const told = describeMisfits(issues, value, 'The query of the address', 'parameter');
  if (!issues.some(({ code }) => code === 'unrecognized_keys') || told.includes('Did you mean')) return told;
  const known = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  return `${told} This address takes ${known.map(name => JSON.stringify(name)).join(', ') || 'none'}.`;
}
