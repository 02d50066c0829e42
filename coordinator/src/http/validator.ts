import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { plainWords } from '@murmuration/protocol/errors/expected';
import { describeMisfits } from '@murmuration/protocol/errors/misfits';
import type { FastifySchemaCompiler } from 'fastify';
import type * as z from 'zod';
import { pathProblem } from './path-problem.ts';

/** What a part of a request is called where it is wrong as a whole. */
const wholes: Readonly<Record<string, string>> = {
  body: 'The body',
  querystring: 'The query of the address',
  headers: 'The header',
};

/** Compiles the schemas of routes: what does not fit is refused with `request.invalid`, in words that say what fits. */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> =
  ({ schema, httpPart = 'body' }) =>
  (value: unknown) => {
    const found = schema.safeParse(value, { error: plainWords });
    return found.success
      ? { value: found.data }
      : { error: new MurmurationError('request.invalid', detailOf(found.error, value, httpPart)) };
  };

function detailOf({ issues }: z.ZodError, value: unknown, httpPart: string): string {
  if (httpPart === 'params') {
    const parameter = String(issues[0]?.path[0]);
    const inPath = pathProblem(parameter, (value as Readonly<Record<string, unknown>>)[parameter]);
    if (inPath !== undefined) return inPath;
  }
  return describeMisfits(issues, value, wholes[httpPart] ?? 'The request');
}
