import { systemClock } from '@murmuration/protocol/system';
import type { Command } from 'commander';
import * as z from 'zod';
import { isoOrNull } from '../http/routes/admin/schemas.ts';
import { AdminClient, operatorOptions, type RemoteOptions } from './admin-client.ts';
import { expiry } from './lifetime.ts';
import { wholeNumber } from './numbers.ts';
import { note, say, sayJson, sayTable } from './output.ts';
import { pagesAfter } from './pages.ts';
import { nameOf } from './tokens.ts';

interface ListOptions extends RemoteOptions {
  readonly limit: number;
  readonly revoked?: boolean;
}

interface CreateOptions extends RemoteOptions {
  readonly name: string;
  readonly uses?: number;
  readonly anyNumber?: boolean;
  readonly expires?: string;
}

interface RevokeOptions extends RemoteOptions {
  readonly devices?: boolean;
}

const device = z.object({
  device: z.string(),
  enrolledAt: z.string(),
  revokedAt: z.string().nullable(),
  isConnected: z.boolean(),
  seenAt: z.string().nullable(),
  platform: z.string().nullable(),
  sdk: z.string().nullable(),
  convictions: z.array(z.object({ round: z.string(), code: z.string(), time: z.string() })),
  outUntil: z.string().nullable(),
  tasks: z.array(z.object({ task: z.string(), rounds: z.int(), updates: z.int(), lastAt: z.string() })),
});
const devicePage = z.object({ devices: z.array(device), next: z.string().nullable() });

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

/** `murmuration devices list|show|revoke` and `murmuration devices tokens list|create|revoke`. */
export function deviceCommands(program: Command): void {
  const devices = program.command('devices').description('the devices of a running coordinator');

  operatorOptions(
    devices.command('list', { isDefault: true }).description('devices, those first that enrolled last'),
  )
    .option('-l, --limit <number>', 'how many at most', wholeNumber, 50)
    .option('--revoked', 'only those that are revoked')
    .option('--no-revoked', 'only those that are not')
    .action(async (given: ListOptions) => {
      const client = new AdminClient(given);
      const filter = given.revoked === undefined ? '' : `&revoked=${given.revoked}`;
      const found = await pagesAfter(given.limit, query =>
        client.get(`/devices?${query}${filter}`, devicePage).then(page => [page.devices, page.next] as const),
      );
      if (given.json) return sayJson(found);
      sayDevices(found);
    });

  operatorOptions(devices.command('show').description('one device'))
    .argument('<device>', 'its id')
    .action(async (id: string, given: RemoteOptions) => {
      const found = await new AdminClient(given).get(`/devices/${encodeURIComponent(id)}`, device);
      if (given.json) return sayJson(found);
      sayDevices([found]);
      for (const { round, code, time } of found.convictions)
        say(`It revealed or dealt wrong shares (${code}) in round ${round}, ${time}.`);
      if (found.outUntil !== null) say(`It is left out of rounds until ${found.outUntil}.`);
      if (found.tasks.length === 0) return;
      say('');
      sayTable(
        ['task', 'rounds', 'updates', 'last chosen'],
        found.tasks.map(({ task, rounds, updates, lastAt }) => [task, rounds, updates, lastAt]),
      );
    });

  operatorOptions(
    devices.command('revoke').description('take a device out of the population, at once and for good'),
  )
    .argument('<device>', 'its id')
    .action(async (id: string, given: RemoteOptions) => {
      const found = await new AdminClient(given).post(
        `/devices/${encodeURIComponent(id)}/revoke`,
        {},
        device,
      );
      if (given.json) return sayJson(found);
      say(`The device ${id} is revoked.`);
    });

  operatorOptions(
    devices
      .command('pardon')
      .description(
        'forget that a device revealed or dealt wrong shares, and take it back if it was revoked for it',
      ),
  )
    .argument('<device>', 'its id')
    .action(async (id: string, given: RemoteOptions) => {
      const path = `/devices/${encodeURIComponent(id)}/pardon`;
      const found = await new AdminClient(given).post(path, {}, device);
      if (given.json) return sayJson(found);
      say(`The device ${id} is pardoned.`);
    });

  tokenCommands(devices.command('tokens').description('enrolment tokens'));
}

function tokenCommands(tokens: Command): void {
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

function sayDevices(devices: readonly z.output<typeof device>[]): void {
  sayTable(
    ['device', 'state', 'enrolled', 'last seen', 'platform', 'SDK', 'rounds', 'updates'],
    devices.map(({ device, revokedAt, isConnected, enrolledAt, seenAt, platform, sdk, tasks }) => [
      device,
      revokedAt !== null ? 'revoked' : isConnected ? 'connected' : 'away',
      enrolledAt,
      seenAt,
      platform,
      sdk,
      tasks.reduce((sum, { rounds }) => sum + rounds, 0),
      tasks.reduce((sum, { updates }) => sum + updates, 0),
    ]),
  );
}
