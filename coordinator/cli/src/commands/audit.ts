import type { Command } from 'commander';
import * as z from 'zod';
import { wholeNumber } from '../arguments/numbers.ts';
import { operatorOptions, type RemoteOptions } from '../arguments/remote-options.ts';
import { AdminClient } from '../client/admin-client.ts';
import { pagesBelow, type Range } from '../client/pages.ts';
import { sayJson, sayTable } from '../output/output.ts';

interface Options extends RemoteOptions, Range {}

const entries = z.object({
  entries: z.array(
    z.object({
      number: z.int(),
      time: z.string(),
      actor: z.object({ id: z.string(), name: z.string() }),
      action: z.string(),
      subject: z.string(),
      outcome: z.string(),
      changes: z.array(z.object({ field: z.string(), from: z.unknown(), to: z.unknown() })).nullable(),
    }),
  ),
});

/** Adds `murmuration audit`, which lists operators' actions. */
export function auditCommand(program: Command): void {
  operatorOptions(program.command('audit').description('show what operators did, newest first'))
    .option('-l, --limit <number>', 'how many at most', wholeNumber, 50)
    .option('--before <number>', 'only entries with a number below this one', wholeNumber)
    .action(async (given: Options) => {
      const client = new AdminClient(given);
      const all = await pagesBelow(given, query =>
        client.get(`/audit?${query}`, entries).then(page => page.entries),
      );
      if (given.json) return sayJson(all);
      sayTable(
        ['number', 'time', 'who, by token', 'what', 'outcome', 'changes'],
        all.map(({ number, time, actor, action, subject, outcome, changes }) => [
          number,
          time,
          `${actor.name} ${actor.id}`,
          `${action} ${subject}`,
          outcome,
          (changes ?? [])
            .map(({ field, from, to }) => `${field}: ${JSON.stringify(from)} → ${JSON.stringify(to)}`)
            .join('; '),
        ]),
      );
    });
}
