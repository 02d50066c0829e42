import type { Command } from 'commander';
import * as z from 'zod';
import { operatorOptions, type RemoteOptions } from '../arguments/remote-options.ts';
import { AdminClient } from '../client/admin-client.ts';
import { pagesAfter } from '../client/pages.ts';
import { type CliCell, note, say, sayJson, sayTable } from '../output/output.ts';

/** Adds `list` to a command for tokens of a running coordinator, which `route` lists as `schema`. */
export function listCreated<Token>(
  tokens: Command,
  route: string,
  schema: z.ZodType<Token>,
  columns: readonly string[],
  row: (token: Token) => readonly CliCell[],
): void {
  const page = z.object({ tokens: z.array(schema), next: z.string().nullable() });
  operatorOptions(
    tokens
      .command('list', { isDefault: true })
      .description(
        'list the tokens that operators created, newest first, without those of the configuration',
      ),
  ).action(async (given: RemoteOptions) => {
    const client = new AdminClient(given);
    const found = await pagesAfter(Number.POSITIVE_INFINITY, query =>
      client.get(`${route}?${query}`, page).then(({ tokens, next }) => [tokens, next] as const),
    );
    if (given.json) return sayJson(found);
    sayTable(columns, found.map(row));
  });
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
