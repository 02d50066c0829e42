import type { Command } from 'commander';
import * as z from 'zod';
import { AdminClient, type RemoteOptions, remoteOptions } from './admin-client.ts';
import { wholeNumber } from './numbers.ts';
import { sayJson, sayTable } from './output.ts';

interface Options extends RemoteOptions {
  readonly json?: boolean;
  readonly limit: number;
  readonly before?: number;
}

const entries = z.object({
  entries: z.array(
    z.object({
      number: z.int(),
      time: z.string(),
      actor: z.object({ id: z.string(), name: z.string() }),
      action: z.string(),
      subject: z.string(),
      outcome: z.string(),
    }),
  ),
});

/** Entries that the admin API gives at a time. */
const pageLength = 200;

/** `murmuration audit`: who did what. */
export function auditCommand(program: Command): void {
  remoteOptions(program.command('audit').description('what operators did, newest first'))
    .option('-l, --limit <number>', 'how many at most', wholeNumber, 50)
    .option('--before <number>', 'only entries with a number below this one', wholeNumber)
    .option('--json', 'print JSON, for programs')
    .action(async (given: Options) => {
      const client = new AdminClient(given);
      const all: z.output<typeof entries>['entries'] = [];
      let { before } = given;
      while (all.length < given.limit) {
        const wanted = Math.min(pageLength, given.limit - all.length);
        const page = await client.get(
          `/audit?limit=${wanted}${before === undefined ? '' : `&before=${before}`}`,
          entries,
        );
        all.push(...page.entries);
        before = page.entries.at(-1)?.number;
        if (page.entries.length < wanted || before === undefined || before <= 1) break;
      }
      if (given.json) return sayJson(all);
      sayTable(
        ['number', 'time', 'who', 'token', 'action', 'subject', 'outcome'],
        all.map(({ number, time, actor, action, subject, outcome }) => [
          number,
          time,
          actor.name,
          actor.id,
          action,
          subject,
          outcome,
        ]),
      );
    });
}
