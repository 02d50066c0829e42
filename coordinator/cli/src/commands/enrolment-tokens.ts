import { usesByDefault } from '@murmuration/api/enrolment';
import { isoOrNull } from '@murmuration/protocol/time/iso';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import type { Command } from 'commander';
import * as z from 'zod';
import { expires, expiry } from '../arguments/lifetime.ts';
import { nameOf } from '../arguments/name.ts';
import { wholeNumber } from '../arguments/numbers.ts';
import { operatorOptions, type RemoteOptions } from '../arguments/remote-options.ts';
import { AdminClient } from '../client/admin-client.ts';
import { say, sayJson } from '../output/output.ts';
import { create, listCreated } from './created-tokens.ts';

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
const route = '/enrolment-tokens';

/** Adds `murmuration devices tokens list|create|revoke`. */
export function enrolmentTokenCommands(tokens: Command): void {
  const columns = ['id', 'name', 'state', 'uses', 'of', 'created', 'expires'];
  const row = ({ id, name, state, uses, maxUses, ...at }: z.output<typeof token>) =>
    [id, name, state, uses, maxUses, at.createdAt, at.expiresAt] as const;
  listCreated(tokens, route, token, columns, row);

  operatorOptions(
    tokens.command('create').description('create a token with which devices enrol; it is shown only once'),
  )
    .requiredOption('-n, --name <name>', 'what it is for')
    .option('--uses <number>', `how many devices may enrol with it (default: ${usesByDefault})`, wholeNumber)
    .option('--any-number', 'let any number of devices enrol with it')
    .option(...expires)
    .action(async (given: CreateOptions) => {
      const body = {
        name: nameOf(given.name),
        maxUses: given.anyNumber ? null : (given.uses ?? usesByDefault),
        expiresAt: isoOrNull(expiry(given.expires, systemClock.now())),
      };
      await create(given, route, body, token);
    });

  operatorOptions(tokens.command('revoke').description('revoke a token: no more devices can enrol with it'))
    .argument('<id>', 'the id that `list` shows')
    .option('--devices', 'also revoke the devices that enrolled with it, at once and for good')
    .action(async (id: string, given: RevokeOptions) => {
      const path = `${route}/${encodeURIComponent(id)}`;
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
      say(`The token ${id} is revoked. Devices that enrolled with it stay enrolled.`);
    });
}
