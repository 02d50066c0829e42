import { isoOrNull } from '@murmuration/coordinator/http/routes/admin/schemas';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import type { Command } from 'commander';
import * as z from 'zod';
import { expiry } from '../arguments/lifetime.ts';
import { nameOf } from '../arguments/name.ts';
import { wholeNumber } from '../arguments/numbers.ts';
import { operatorOptions, type RemoteOptions } from '../arguments/remote-options.ts';
import { AdminClient } from '../client/admin-client.ts';
import { pagesAfter } from '../client/pages.ts';
import { note, say, sayJson, sayTable } from '../output/output.ts';

interface CreateOptions extends RemoteOptions {
  readonly name: string;
  readonly uses?: number;
  readonly anyNumber?: boolean;
  readonly expires?: string;
}

interface RevokeOptions extends RemoteOptions {
  readonly devices?: boolean;
}

const token = z.object({
  id: z.string(),
  name: z.string(),
  state: z.string(),
  uses: z.int(),
  maxUses: z.int().nullable(),
  createdAt: z.string(),
  expiresAt: z.string().nullable(),
});
const tokenPage = z.object({ tokens: z.array(token), next: z.string().nullable() });

/** `murmuration devices tokens list|create|revoke`. */
export function enrolmentTokenCommands(tokens: Command): void {
  operatorOptions(
    tokens
      .command('list', { isDefault: true })
      .description(
        'all tokens that operators made, newest first; those of the configuration are not among them',
      ),
  ).action(async (given: RemoteOptions) => {
    const client = new AdminClient(given);
    const found = await pagesAfter(Number.POSITIVE_INFINITY, query =>
      client.get(`/enrolment-tokens?${query}`, tokenPage).then(page => [page.tokens, page.next] as const),
    );
    if (given.json) return sayJson(found);
    sayTable(
      ['id', 'name', 'state', 'uses', 'of', 'created', 'expires'],
      found.map(({ id, name, state, uses, maxUses, createdAt, expiresAt }) => [
        id,
        name,
        state,
        uses,
        maxUses,
        createdAt,
        expiresAt,
      ]),
    );
  });

  operatorOptions(
    tokens.command('create').description('make a token with which devices enrol; it is shown this once'),
  )
    .requiredOption('-n, --name <name>', 'what it is for')
    .option('--uses <number>', 'devices that may enrol with it; 1 without it', wholeNumber)
    .option('--any-number', 'any number of devices may')
    .option(
      '-e, --expires <time>',
      'how long it counts, such as "12 h" or "90 d"; without it, until it is revoked',
    )
    .action(async (given: CreateOptions) => {
      const body = {
        name: nameOf(given.name),
        maxUses: given.anyNumber ? null : (given.uses ?? 1),
        expiresAt: isoOrNull(expiry(given.expires, systemClock.now())),
      };
      const schema = z.object({ token, text: z.string() });
      const made = await new AdminClient(given).post('/enrolment-tokens', body, schema);
      if (given.json) return sayJson({ ...made.token, text: made.text });
      say(made.text);
      note(`The token ${made.token.id} is not shown again.`);
    });

  operatorOptions(tokens.command('revoke').description('let no more devices enrol with a token'))
    .argument('<id>', 'the id that `list` shows')
    .option('--devices', 'revoke the devices that have enrolled with it as well, at once and for good')
    .action(async (id: string, given: RevokeOptions) => {
      const path = `/enrolment-tokens/${encodeURIComponent(id)}`;
      const client = new AdminClient(given);
      if (given.devices) {
        const schema = z.object({ token, devices: z.int() });
        const revoked = await client.post(`${path}/revoke-devices`, {}, schema);
        if (given.json) return sayJson({ ...revoked.token, devices: revoked.devices });
        say(`The token ${id} is revoked, and so are the devices that enrolled with it: ${revoked.devices}.`);
        return;
      }
      const revoked = await client.post(`${path}/revoke`, {}, z.object({ token }));
      if (given.json) return sayJson(revoked.token);
      say(`The token ${id} is revoked; devices that have enrolled with it stay enrolled.`);
    });
}
