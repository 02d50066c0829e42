import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { whyUnfit } from '@murmuration/protocol/errors/misfits';
import { errorOf } from '@murmuration/protocol/messages/frame';
import { readUpTo } from '@murmuration/protocol/sending/exchange';
import * as z from 'zod';

/** Maximum bytes read of an answer, or of a problem document. */
const maxResponseBytes = 64 << 20;
const longestRefusal = 65_536;

const problem = z.object({ code: z.string(), detail: z.string(), retryable: z.boolean() });

/** Parses a URL given by the user. Throws `config.invalid` if it is invalid. */
export function urlOf(text: string): URL {
  if (!URL.canParse(text)) throw new MurmurationError('config.invalid', `"${text}" is not a URL.`);
  return new URL(text);
}

/**
 * Requests `path` of a coordinator and returns the response as `read` converts it. Throws the error of a
 * problem document, `request.invalid` for a path with a part that consists of dots, or `server.unreachable`.
 */
export async function request<Body>(
  { origin }: URL,
  path: string,
  init: RequestInit,
  read: (response: Response) => Promise<Body>,
): Promise<Body> {
  // URLs resolve such parts, so the request would go to another path.
  const dots = path.split(/[/?]/).find(part => part === '.' || part === '..');
  if (dots)
    throw new MurmurationError(
      'request.invalid',
      `"${dots}" is no name and no id: these have letters or digits. Lists such as that of "murmuration tasks" show them.`,
    );
  let status: number;
  let answer: unknown;
  try {
    // A request must reach only this coordinator, so redirects are errors.
    const response = await fetch(origin + path, { ...init, redirect: 'error' });
    if (response.ok) return await read(response);
    status = response.status;
    answer = await readText(response, path, longestRefusal)
      .then(JSON.parse)
      .catch(() => undefined);
  } catch (cause) {
    if (cause instanceof MurmurationError) throw cause;
    throw new MurmurationError('server.unreachable', `${origin} does not answer: ${reasonOf(cause)}.`, {
      cause,
    });
  }
  const refusal = problem.safeParse(answer);
  if (refusal.success) throw errorOf(refusal.data);
  throw new MurmurationError(
    'server.unreachable',
    `${origin} is no coordinator: it answered HTTP ${status}.`,
  );
}

/** Reads an answer as text. Throws `server.unreachable` if it has more than `most` bytes. */
async function readText(response: Response, path: string, most = maxResponseBytes): Promise<string> {
  const bytes = await readUpTo(response, most);
  if (bytes) return new TextDecoder().decode(bytes);
  throw new MurmurationError('server.unreachable', `${path} was answered with more than ${most} bytes.`);
}

/** Requests JSON that fits a schema; otherwise like `request`. */
export async function requestJson<Schema extends z.ZodType>(
  url: URL,
  path: string,
  init: RequestInit,
  schema: Schema,
): Promise<z.output<Schema>> {
  const answer = await request(url, path, init, async response => {
    const text = await readText(response, path);
    try {
      return JSON.parse(text) as unknown;
    } catch {
      throw new MurmurationError('server.unreachable', `${url.origin}${path} did not answer with JSON.`);
    }
  });
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new MurmurationError(
    'server.unreachable',
    `${url.origin}${path} answered what this version does not understand. ${whyUnfit(schema, answer, 'The answer')}`,
  );
}

function reasonOf(error: unknown): string {
  const { cause, message } = error as Error;
  return cause instanceof Error ? cause.message || (cause as NodeJS.ErrnoException).code || message : message;
}
