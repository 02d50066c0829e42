import type { Command } from 'commander';
import * as z from 'zod';
import { wholeNumber } from '../arguments/numbers.ts';
import { operatorOptions, type RemoteOptions } from '../arguments/remote-options.ts';
import { AdminClient } from '../client/admin-client.ts';
import { pagesAfter } from '../client/pages.ts';
import { say, sayJson, sayTable } from '../output/output.ts';

interface ListOptions extends RemoteOptions {
  readonly limit: number;
  readonly revoked?: boolean;
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
  marks: z.array(
    z.object({
      task: z.string(),
      failures: z.int(),
      apartUntil: z.string().nullable(),
      silences: z.int(),
      delays: z.int(),
    }),
  ),
  tasks: z.array(z.object({ task: z.string(), rounds: z.int(), updates: z.int(), lastAt: z.string() })),
});
const devicePage = z.object({ devices: z.array(device), next: z.string().nullable() });

/** Adds `murmuration devices|revoke|pardon`. */
export function deviceCommands(program: Command): void {
  const devices = program.command('devices').description('the devices of a running coordinator');

  operatorOptions(
    devices
      .command('show', { isDefault: true })
      .alias('list')
      .description('list devices, newest first; with an id, show one'),
  )
    .argument('[device]', 'its id')
    .option('-l, --limit <number>', 'how many at most', wholeNumber, 50)
    .option('--revoked', 'show only revoked devices')
    .option('--no-revoked', 'leave out revoked devices')
    .action(async (id: string | undefined, given: ListOptions) => {
      const client = new AdminClient(given);
      if (id !== undefined) {
        const found = await client.get(`/devices/${encodeURIComponent(id)}`, device);
        return given.json ? sayJson(found) : sayDevice(found);
      }
      const filter = given.revoked === undefined ? '' : `&revoked=${given.revoked}`;
      const found = await pagesAfter(given.limit, query =>
        client.get(`/devices?${query}${filter}`, devicePage).then(page => [page.devices, page.next] as const),
      );
      if (given.json) return sayJson(found);
      sayDevices(found);
    });

  const decide = (name: string, description: string, done: string) =>
    operatorOptions(devices.command(name).description(description))
      .argument('<device>', 'its id')
      .action(async (id: string, given: RemoteOptions) => {
        const path = `/devices/${encodeURIComponent(id)}/${name}`;
        const found = await new AdminClient(given).post(path, {}, device);
        if (given.json) return sayJson(found);
        say(`The device ${id} is ${done}.`);
      });
  decide('revoke', 'revoke a device, at once and for good', 'revoked');
  decide(
    'pardon',
    'clear the record of wrong shares of a device, and reinstate it if it was revoked for them',
    'pardoned',
  );
}

type ShownDevice = z.output<typeof device>;

function sayDevice(found: ShownDevice): void {
  sayDevices([found]);
  for (const { round, code, time } of found.convictions)
    say(`It revealed or dealt wrong shares (${code}) in round ${round}, ${time}.`);
  for (const { task, failures, apartUntil, silences, delays } of found.marks) {
    if (failures > 0) say(`${failures} sums of ${task} came to nothing, maybe by it.`);
    if (apartUntil !== null) say(`It is kept apart from rounds of ${task} until ${apartUntil}.`);
    if (silences > 0) say(`It fell silent in ${silences} rounds of ${task} in a row.`);
    if (delays > 0) say(`${delays} rounds of ${task} in a row waited for no other device.`);
  }
  if (found.outUntil !== null) say(`It is left out of rounds until ${found.outUntil}.`);
  if (found.tasks.length === 0) return;
  say('');
  sayTable(
    ['task', 'rounds', 'updates', 'last chosen'],
    found.tasks.map(({ task, rounds, updates, lastAt }) => [task, rounds, updates, lastAt]),
  );
}

function sayDevices(devices: readonly ShownDevice[]): void {
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
