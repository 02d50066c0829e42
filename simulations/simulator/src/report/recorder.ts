import { mkdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EventLog, readRun } from '../run-events/event-log.ts';
import type { RunBegun, RunEvent } from '../run-events/run-event.ts';
import { curvesCsv } from './curves-csv.ts';
import { writeMlflowRun } from './mlflow/file-store.ts';
import { runPage } from './run-page/run-page.ts';

/** Names of the files of a recorded run. */
export const reportFiles = { events: 'events.jsonl', curves: 'curves.csv', page: 'index.html' } as const;

/** Records a run in its own folder: events as they happen, curves and page once it is over. */
export class Recorder {
  readonly #into: string;
  #folder: string | undefined;
  #log: EventLog | undefined;

  /** Records into a new folder of `into`, such as `runs`, which is created if necessary. */
  constructor(into: string) {
    this.#into = into;
  }

  /** Folder of the run; undefined before it has begun. */
  get folder(): string | undefined {
    return this.#folder;
  }

  /** Takes the events of one run in order. */
  take(event: RunEvent): void {
    if (event.type === 'run-begun') {
      this.#folder = newFolder(this.#into, nameOf(event));
      this.#log = new EventLog(join(this.#folder, reportFiles.events));
    }
    this.#log!.write(event);
  }

  /**
   * Writes curves and page, even of an incomplete run, and returns the page's path. With `mlflow`, a folder,
   * also writes the run into that store.
   */
  async finish({ mlflow }: { readonly mlflow?: string | undefined } = {}): Promise<string> {
    this.#log!.close();
    return writeReport(this.#folder!, mlflow);
  }
}

/**
 * Writes curves and page next to the events of a run, and returns the page's path.
 * @throws `report.malformed`
 */
async function writeReport(folder: string, mlflow: string | undefined): Promise<string> {
  const [events, curves, page] = [reportFiles.events, reportFiles.curves, reportFiles.page].map(file =>
    join(folder, file),
  ) as [string, string, string];
  const run = await readRun(events);
  await writeFile(curves, curvesCsv(run));
  await writeFile(page, runPage(run));
  if (mlflow !== undefined) await writeMlflowRun(mlflow, run, [events, curves, page]);
  return page;
}

/**
 * Returns a name such as `mnist-2nn-seed1-20260131-1815` or `mnist-2nn-plan.epochs=5-seed1-20260131-1815`.
 */
function nameOf({ scenario, label, seed, startedAt }: RunBegun): string {
  const [day, time] = new Date(startedAt).toISOString().split('T');
  const called = label ? `${scenario}-${label}` : scenario;
  const name = called.replace(/[^\w.=-]+/g, '-').replace(/^[.-]+|-+$/g, '') || 'run';
  return `${name.slice(0, 100)}-seed${seed}-${day!.replaceAll('-', '')}-${time!.slice(0, 5).replace(':', '')}`;
}

/** Makes a folder of this name, with a number if the name is taken. */
function newFolder(into: string, name: string): string {
  mkdirSync(into, { recursive: true });
  for (let number = 1; ; number++) {
    const folder = join(into, number === 1 ? name : `${name}-${number}`);
    try {
      mkdirSync(folder);
      return folder;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}
