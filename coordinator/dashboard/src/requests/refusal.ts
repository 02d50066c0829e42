import type { FieldProblem } from '@murmuration/api/settings';
import { type ErrorCode, errors } from '@murmuration/protocol/errors/errors';

/** Error answer of the coordinator. */
export class ApiRefusal extends Error {
  readonly code: string;
  readonly status: number;
  readonly fields: readonly FieldProblem[];

  constructor(code: string, detail: string, status: number, fields: readonly FieldProblem[] = []) {
    super(detail);
    this.code = code;
    this.status = status;
    this.fields = fields;
  }
}

/** Refusal for a coordinator that can't be reached. */
export function unreachable(): ApiRefusal {
  return new ApiRefusal('server.unreachable', errors['server.unreachable'], 0);
}

/** Refusal from a problem document (RFC 9457), or from a proxy's answer in its place. */
export async function refusalOf(response: Response): Promise<ApiRefusal> {
  const problem = (await response.json().catch(() => ({}))) as {
    code?: string;
    detail?: string;
    fields?: readonly FieldProblem[];
  };
  const { code = 'server.internal', detail, fields } = problem;
  return new ApiRefusal(code, detail ?? textOf(code) ?? response.statusText, response.status, fields);
}

/** Meaning of a code; undefined for one that this page does not know. */
export function textOf(code: string): string | undefined {
  return code in errors ? errors[code as ErrorCode] : undefined;
}

export function asRefusal(error: unknown): ApiRefusal {
  return error instanceof ApiRefusal ? error : new ApiRefusal('server.internal', String(error), 0);
}
