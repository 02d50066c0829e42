import { stat, writeFile } from 'node:fs/promises';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { sleep } from '@murmuration/protocol/time/sleep';
import { steadyClock } from '@murmuration/protocol/time/system-clock';
import { readAnchor } from '@murmuration/serving/request-log/files/anchor';
import { type Entry, followLog, lastEntries } from '@murmuration/serving/request-log/files/reading';
import type { KnownLine, Verification } from '@murmuration/serving/request-log/files/verify';
import { verifyLog } from '@murmuration/serving/request-log/files/verify';
import { keyBeside, type LogKey, readKey } from '@murmuration/serving/request-log/key';
import type { Command } from 'commander';
import { wholeNumber } from '../arguments/numbers.ts';
import { note, say, sayJson, sayTable } from '../output/output.ts';

interface VerifyOptions {
  readonly key?: string;
  readonly anchor?: string;
  readonly last?: string;
  readonly json?: boolean;
}

interface ShowOptions {
  readonly limit: number;
  readonly follow?: true;
  readonly model?: string;
  readonly id?: string;
  readonly json?: boolean;
}

interface ForgetOptions {
  readonly log?: string;
  readonly database?: string;
  readonly table: string;
  readonly key?: string;
}

/** Milliseconds between two looks at a log that another process writes. */
const followMs = 500;

/** Adds `murmuration request-log`, which shows the requests that an inference server logged. */
export function requestLogCommands(program: Command): void {
  const log = program
    .command('request-log')
    .description('read, check and clear the request log of an inference server');

  log
    .command('show', { isDefault: true })
    .alias('list')
    .description('show the newest entries, oldest first')
    .argument('<folder>', 'the folder of the log')
    .option('-l, --limit <number>', 'how many at most', wholeNumber, 50)
    .option('-f, --follow', 'show entries as they are written, until it is interrupted')
    .option('-m, --model <name>', 'of this model only')
    .option('--id <id>', 'of this request only')
    .option('--json', 'print the events themselves, a line each')
    .action(async (folder: string, { limit, follow, json, ...wanted }: ShowOptions) => {
      if (!follow) return show(await lastEntries(folder, limit, entry => isWanted(entry, wanted)), json);
      const clock = steadyClock();
      for await (const entry of followLog(folder, () => sleep(followMs, clock, new AbortController().signal)))
        if (isWanted(entry, wanted)) say(json ? entry.text : lineOf(entry));
    });

  log
    .command('verify')
    .description('check that a log is what was written: exits with 1 and names the first line that is not')
    .argument('<folder>', 'the folder of the log')
    .option(
      '-k, --key <file>',
      'the key of a keyed chain (default: the folder’s name with .key, if it is there)',
    )
    .option(
      '-a, --anchor <file>',
      'the file that names the last line, so that a log that was cut off is found',
    )
    .option('--last <number:chain>', 'a line that has to be there, as an earlier check printed it')
    .option('--json', 'print JSON, for programs')
    .action(async (folder: string, { key, anchor, last, json }: VerifyOptions) => {
      const known = anchor === undefined ? knownOf(last) : await readAnchor(anchor);
      const secret = await keyOf(folder, key);
      const result = await verifyLog(folder, { key: secret?.chain ?? null, known });
      if (json) sayJson(result);
      else tell(result, known);
      if (result.problem) process.exitCode = 1;
    });

  log
    .command('forget')
    .description('delete what a log holds of a person, by the value that its requests were sent with')
    .argument('<person>', 'the value of the header or parameter that the settings name')
    .option('--log <folder>', 'the folder of the log')
    .option('--database <address>', 'the database of the log: a file of SQLite, or postgres://…')
    .option('--table <name>', 'its table', 'request_log')
    .option('-k, --key <file>', 'the key of the log (default: the folder’s name with .key)')
    .action(async (person: string, given: ForgetOptions) => {
      const { log: folder, database, table, key } = given;
      const file = key ?? (folder === undefined ? undefined : keyBeside(folder));
      if (file === undefined || (folder === undefined && database === undefined))
        throw new MurmurationError(
          'config.invalid',
          'Name the folder with --log, or the database with --database and the key of the log with --key.',
        );
      const secret = await readKey(file);
      if (folder !== undefined) await forget(folder, secret.person(person), secret);
      if (database !== undefined) await forgetRows(database, table, secret.person(person));
    });
}

async function forget(folder: string, person: string, key: LogKey): Promise<void> {
  const clock = steadyClock();
  const { forgetRequest, reopenLog } = await import('@murmuration/serving/request-log/files/writer');
  try {
    const log = await reopenLog(folder, { clock, random: systemRandom, key, fault: faulty });
    try {
      const lines = await log.forget(person);
      say(lines === 0 ? 'The log has nothing of this person.' : `Deleted ${lines} lines.`);
    } finally {
      await log.close();
    }
  } catch (error) {
    if (!(error instanceof MurmurationError && error.code === 'storage.in-use')) throw error;
    const asked = forgetRequest(folder, person);
    await writeFile(asked, '');
    note('The process that writes the log deletes it.');
    const isThere = () =>
      stat(asked).then(
        () => true,
        () => false,
      );
    while (await isThere()) await sleep(followMs, clock, new AbortController().signal);
    say('Deleted what the log had of this person.');
  }
}

async function forgetRows(address: string, table: string, person: string): Promise<void> {
  const { DatabaseSink } = await import('@murmuration/serving/request-log/database');
  const options = { address, table, keepFor: null };
  const sink = await DatabaseSink.open(options, { clock: steadyClock(), fault: faulty });
  try {
    const rows = await sink.forget(person);
    say(rows === 0 ? 'The database has nothing of this person.' : `Deleted ${rows} rows.`);
  } finally {
    await sink.close();
  }
}

function faulty(where: string, error: unknown): void {
  note(`${where}: ${error instanceof Error ? error.message : String(error)}`);
}

async function keyOf(folder: string, given: string | undefined): Promise<LogKey | null> {
  if (given !== undefined) return readKey(given);
  const beside = keyBeside(folder);
  const isThere = await stat(beside).then(
    () => true,
    () => false,
  );
  return isThere ? readKey(beside) : null;
}

function knownOf(text: string | undefined): KnownLine | null {
  if (text === undefined) return null;
  const [, number, chain] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (number === undefined || chain === undefined)
    throw new MurmurationError(
      'config.invalid',
      `--last: expected a number, a colon and 64 hexadecimal digits; found "${text}".`,
    );
  return { sequence: Number(number), chain };
}

function tell(
  { chain, files, lines, forgotten, torn, head, problem }: Verification,
  known: KnownLine | null,
): void {
  if (problem) {
    const where = problem.line === 0 ? problem.file : `${problem.file}, line ${problem.line}`;
    say(`${where}: ${problem.reason}.`);
    return;
  }
  const holds = chain === 'off' ? 'No line is missing between the' : 'As they were written are the';
  say(`${holds} ${lines} lines in ${files} files; ${forgotten} of them were deleted by request.`);
  if (chain === 'off') note('The lines are not linked: a changed line is not found.');
  if (chain === 'open') note('The chain is open: anybody who can write to the folder can make it again.');
  if (torn > 0) note(`The last line is not complete (${torn} bytes): a process was killed, or writes now.`);
  if (!known) note('Without --anchor or --last, lines that are missing at the end are not found.');
  if (head) say(`last line: ${head.sequence}:${head.chain}`);
}

function isWanted(entry: Entry, { model, id }: { readonly model?: string; readonly id?: string }): boolean {
  return (model === undefined || entry.model === model) && (id === undefined || entry.id === id);
}

function show(entries: readonly Entry[], json: boolean | undefined): void {
  if (json) {
    for (const { text } of entries) say(text);
    return;
  }
  sayTable(
    ['time', 'event', 'request', 'model', 'version', 'protocol', 'status', 'ms', 'tensors'],
    entries.map(({ time, event, id, model, version, protocol, status, ms, tensors }) => [
      time,
      event,
      id,
      model,
      version,
      protocol,
      status === null ? null : { text: status, tone: status === 'ok' ? 'good' : 'bad' },
      ms,
      tensors,
    ]),
  );
}

function lineOf({ time, event, id, model, version, status, ms, tensors }: Entry): string {
  const parts = [
    time,
    event.padEnd(8),
    id,
    `${model}@${version ?? '?'}`,
    status,
    ms === null ? null : `${ms} ms`,
    tensors,
  ];
  // Text from clients must not control the terminal.
  return parts
    .filter(part => part !== null)
    .join('  ')
    .replaceAll(/[\p{Cc}\p{Cf}]/gu, '\u{fffd}');
}
