import * as z from 'zod';
import type { RemoteOptions } from '../arguments/remote-options.ts';
import { AdminClient } from '../client/admin-client.ts';
import { pagesAfter } from '../client/pages.ts';
import { type CliCell, note, say, sayJson, sayTable } from '../output/output.ts';

/** Actions of `murmuration tokens` on tokens of one kind. */
export interface TokenActions<Show, Create, Revoke> {
  show(given: Show): Promise<void>;
  create(given: Create): Promise<void>;
  revoke(id: string, given: Revoke): Promise<void>;
}

/** Prints the tokens of a running coordinator that `route` lists as `schema`. */
export async function showCreated<Token>(
  given: RemoteOptions,
  route: string,
  schema: z.ZodType<Token>,
  columns: readonly string[],
  row: (token: Token) => readonly CliCell[],
): Promise<void> {
  const page = z.object({ tokens: z.array(schema), next: z.string().nullable() });
  const client = new AdminClient(given);
  const found = await pagesAfter(Number.POSITIVE_INFINITY, query =>
    client.get(`${route}?${query}`, page).then(({ tokens, next }) => [tokens, next] as const),
  );
  if (given.json) return sayJson(found);
  sayTable(columns, found.map(row));
}

/** Creates a token by a POST of `body`, and prints it, the only time that it is shown. */
export async function create(
  given: RemoteOptions,
  route: string,
  body: object,
  token: z.ZodType<{ readonly id: string }>,
): Promise<void> {
  const made = await new AdminClient(given).post(route, body, z.object({ token, text: z.string() }));
  if (given.json) return sayJson({ ...made.token, text: made.text });
  say(made.text);
  note(
    `Copy the token now. It won't be shown again; the coordinator stores only a hash. Its id is ${made.token.id}.`,
  );
}

/** Prints a token that is stored nowhere, and the entry that a configuration needs to accept it. */
export function sayEntry(text: string, entry: object, field: string, json: boolean | undefined): void {
  if (json) {
    sayJson({ text, entry });
    return;
  }
  say(text);
  note(
    `Copy the token now; it won't be shown again. Add this to "${field}" of the configuration:\n${JSON.stringify(entry)}`,
  );
}
