import { usesByDefault } from '@murmuration/api/enrolment';
import { isoOrNull } from '@murmuration/protocol/time/iso';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import * as z from 'zod';
import { expiry } from '../arguments/lifetime.ts';
import { nameOf } from '../arguments/name.ts';
import type { RemoteOptions } from '../arguments/remote-options.ts';
import { AdminClient } from '../client/admin-client.ts';
import { say, sayJson } from '../output/output.ts';
import { create, showCreated, type TokenActions } from './token-actions.ts';

/** Options of `murmuration tokens create` for a token with which devices enrol. */
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
const enrolmentRoute = '/enrolment-tokens';
const columns = ['id', 'name', 'state', 'uses', 'of', 'created', 'expires'];

/** Tokens with which devices enrol at a running coordinator. */
export const enrolmentTokens: TokenActions<RemoteOptions, CreateOptions, RevokeOptions> = {
  show: given =>
    showCreated(given, enrolmentRoute, token, columns, ({ id, name, state, uses, maxUses, ...at }) => [
      ...[id, name, state, uses, maxUses, at.createdAt, at.expiresAt],
    ]),

  create: given =>
    create(
      given,
      enrolmentRoute,
      {
        name: nameOf(given.name),
        maxUses: given.anyNumber ? null : (given.uses ?? usesByDefault),
        expiresAt: isoOrNull(expiry(given.expires, systemClock.now())),
      },
      token,
    ),

  async revoke(id, given) {
    const path = `${enrolmentRoute}/${encodeURIComponent(id)}`;
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
  },
};
