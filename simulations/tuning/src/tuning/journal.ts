import { closeSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';
import type { PlainData } from '@murmuration/simulations/run-events/run-event';
import * as z from 'zod';
import type { Trained } from './training.ts';

const journalFile = 'tune.jsonl';
const journalFormat = 1;

const outcome = z.strictObject({
  score: z.number().nullable(),
  curve: z.array(z.strictObject({ round: z.int().min(0), value: z.number().nullable() })).readonly(),
  failure: z.string().nullable(),
});

const line = z.union([
  z.strictObject({ format: z.int(), search: z.json() as z.ZodType<PlainData> }),
  z.strictObject({ run: z.string(), outcome }),
  z.strictObject({ chosen: z.array(z.int().min(0)).readonly() }),
]);

/**
 * State of a search in a file of JSON lines: the subject of the search, each finished training, and the
 * choice before held-out data is read. Each line is on the disk before the search relies on it. An incomplete
 * last line, of a killed process, is cut off.
 */
export class SearchLog {
  readonly #file: number;
  readonly #outcomes = new Map<string, Trained>();
  #chosen: readonly number[] | undefined;

  /** Throws `config.invalid` for a folder of another search, and for an invalid file. */
  constructor(folder: string, search: unknown) {
    const path = join(folder, journalFile);
    const ours: PlainData = JSON.parse(JSON.stringify(search));
    mkdirSync(folder, { recursive: true });
    const text = textOf(path);
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    const [head, ...rest] = whole.split('\n').slice(0, -1);
    if (head !== undefined) this.#begin(parsed(head, `${path}, line 1`), ours, path);
    for (const [i, each] of rest.entries()) this.#take(parsed(each, `${path}, line ${i + 2}`));
    this.#file = openSync(path, 'a');
    ftruncateSync(this.#file, Buffer.byteLength(whole));
    if (head === undefined) this.#write({ format: journalFormat, search: ours });
  }

  /** Number of finished trainings. */
  get size(): number {
    return this.#outcomes.size;
  }

  outcomeOf(run: string): Trained | undefined {
    return this.#outcomes.get(run);
  }

  keep(run: string, outcome: Trained): void {
    this.#outcomes.set(run, outcome);
    this.#write({ run, outcome });
  }

  /**
   * Records the choice of each search; afterwards held-out data may be read.
   * @throws `config.invalid` if the recorded choice differs
   */
  choose(chosen: readonly number[]): void {
    if (this.#chosen === undefined) this.#write({ chosen });
    else if (!isDeepStrictEqual(this.#chosen, chosen))
      throw new MurmurationError(
        'config.invalid',
        'The trainings in the state file lead to another choice than before; use another folder.',
      );
    this.#chosen = chosen;
  }

  close(): void {
    closeSync(this.#file);
  }

  #begin(head: z.infer<typeof line>, ours: PlainData, path: string): void {
    if (!('format' in head))
      throw new MurmurationError(
        'config.invalid',
        `${path} does not begin with what is searched; use another folder.`,
      );
    if (head.format !== journalFormat)
      throw new MurmurationError(
        'config.invalid',
        `${path} has format ${head.format}; this version reads ${journalFormat}. Use another folder.`,
      );
    if (isDeepStrictEqual(head.search, ours)) return;
    const differing = differences(head.search, ours);
    throw new MurmurationError(
      'config.invalid',
      `${path} is of another search (${differing.join(', ')} differ${differing.length === 1 ? 's' : ''}). Go on with the same scenario, space and options, or choose another folder with --state.`,
    );
  }

  #take(entry: z.infer<typeof line>): void {
    if ('run' in entry) this.#outcomes.set(entry.run, entry.outcome);
    else if ('chosen' in entry) this.#chosen = entry.chosen;
    else throw new MurmurationError('config.invalid', 'The state file begins twice; use another folder.');
  }

  #write(entry: z.infer<typeof line>): void {
    writeSync(this.#file, `${JSON.stringify(entry)}\n`);
    fsyncSync(this.#file);
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw new MurmurationError(
      'config.invalid',
      `The state file ${path} can't be read: ${messageOf(cause)}`,
      {
        cause,
      },
    );
  }
}

function parsed(text: string, where: string): z.infer<typeof line> {
  try {
    return line.parse(JSON.parse(text));
  } catch (cause) {
    throw new MurmurationError(
      'config.invalid',
      `${where} is no line that a search wrote; use another folder with --state.`,
      { cause },
    );
  }
}

/** Returns the names of fields in which two searches differ. */
function differences(kept: unknown, ours: unknown): string[] {
  const [one, other] = [kept, ours] as Record<string, unknown>[];
  const names = new Set([...Object.keys(one ?? {}), ...Object.keys(other ?? {})]);
  return [...names].filter(name => !isDeepStrictEqual(one?.[name], other?.[name]));
}
