import { closeSync, openSync, writeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';
import { whyUnfit } from '@murmuration/protocol/errors/misfits';
import { type Run, RunSoFar } from './run.ts';
import { type RunEvent, runEvent } from './run-event.ts';

/**
 * Writes the events of a run into a file at once, one JSON object per line, so that a killed run keeps them.
 */
export class EventLog {
  readonly #file: number;

  /** Creates the file, or empties it. */
  constructor(path: string) {
    this.#file = openSync(path, 'w');
  }

  /** Writes an event; numbers that are not finite become null. */
  write(event: RunEvent): void {
    writeSync(this.#file, `${JSON.stringify(event)}\n`);
  }

  close(): void {
    closeSync(this.#file);
  }
}

/**
 * Reads a run from a file that `EventLog` wrote. Leaves out an incomplete last line: its run was killed, or
 * is writing it.
 * @throws `report.malformed`, naming file and line, for anything else in the file
 */
export async function readRun(path: string): Promise<Run> {
  const lines = (await textOf(path)).split('\n').slice(0, -1);
  const run = new RunSoFar();
  for (const [index, line] of lines.entries()) {
    try {
      run.take(eventOf(line));
    } catch (error) {
      throw located(error, `${path}, line ${index + 1}`);
    }
  }
  try {
    return run.run;
  } catch (error) {
    throw located(error, path);
  }
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new MurmurationError(
      'report.malformed',
      `${path} cannot be read (${messageOf(error)}); name the folder that a simulation wrote, or its events.jsonl.`,
      { cause: error },
    );
  }
}

function eventOf(line: string): RunEvent {
  const event = jsonOf(line);
  const parsed = runEvent.safeParse(event);
  if (parsed.success) return parsed.data;
  throw new MurmurationError(
    'report.malformed',
    `This is no event of a run that this version knows. ${whyUnfit(runEvent, event, 'The event')}`,
  );
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new MurmurationError('report.malformed', 'This is not one JSON object a line.', { cause: error });
  }
}

function located(error: unknown, where: string): unknown {
  if (!(error instanceof MurmurationError)) return error;
  return new MurmurationError(error.code, `${where}: ${error.detail}`, { cause: error });
}
