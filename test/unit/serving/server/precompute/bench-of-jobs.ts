import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { systemTurns } from '@murmuration/serving/adapters/system-turns';
import { openServer } from '@murmuration/serving/assembly/open-server';
import type { PrecomputeEvents } from '@murmuration/serving/precompute/events';
import { type PrecomputeDefinition, placed, precompute } from '@murmuration/serving/precompute/job/job';
import { Precomputation } from '@murmuration/serving/precompute/precomputation';
import { layersRuntime } from '@murmuration/serving/runtime/layers';
import type { InferenceServer } from '@murmuration/serving/server/inference-server';
import { folderModels } from '@murmuration/serving/source/folder';
import type { ModelSource } from '@murmuration/serving/source/source';
import type { Transformer } from '@murmuration/serving/transformer/transformer';
import { openSql } from '@murmuration/sql/database/database';
import { sql } from 'kysely';
import { echoRuntime } from '../echo-runtime.ts';
import { ModelFolder } from '../models.ts';

export interface Shown {
  readonly key: string;
  readonly prediction: unknown;
  readonly model_version: string;
}

/** Models in a folder, files of inputs, and a database: what jobs need, under a virtual clock. */
export class JobBench {
  readonly clock = new VirtualClock();
  readonly models: ModelFolder;
  readonly folder: string;
  readonly into: string;
  readonly faults: unknown[] = [];
  readonly #transformers: Readonly<Record<string, Transformer>>;
  readonly #open: (() => Promise<void>)[] = [];

  private constructor(
    models: ModelFolder,
    folder: string,
    into: string,
    transformers: Readonly<Record<string, Transformer>>,
  ) {
    this.models = models;
    this.folder = folder;
    this.into = into;
    this.#transformers = transformers;
  }

  static async create(
    into: string | undefined,
    transformers: Readonly<Record<string, Transformer>> = {},
  ): Promise<JobBench> {
    const folder = await mkdtemp(join(tmpdir(), 'murmuration-precompute-'));
    return new JobBench(await ModelFolder.create(), folder, into ?? join(folder, 'rows.db'), transformers);
  }

  async file(name: string, text: string): Promise<void> {
    await writeFile(join(this.folder, name), text);
  }

  /** A process of its own, as far as jobs can tell. */
  async process(
    jobs: readonly PrecomputeDefinition[],
    events: PrecomputeEvents = {},
  ): Promise<{
    readonly jobs: Precomputation;
    readonly server: InferenceServer;
    readonly source: ModelSource;
    close(): Promise<void>;
  }> {
    const source = await folderModels(this.models.path, this.clock);
    const server = openServer({
      source,
      runtimes: [echoRuntime(), layersRuntime()],
      transformers: this.#transformers,
      clock: this.clock,
    });
    const opened = new Precomputation(
      jobs.map(job => placed(precompute(job), this.folder)),
      {
        server,
        source,
        into: this.into,
        clock: this.clock,
        turns: systemTurns,
        events: { fault: (_, error) => this.faults.push(error), ...events },
      },
    );
    const close = async () => {
      await opened.close();
      await server.close();
    };
    this.#open.push(close);
    return { jobs: opened, server, source, close };
  }

  /** What a person sees who looks into the database; undefined where there is no view. */
  async shown(view: string): Promise<readonly Shown[] | undefined> {
    const database = await openSql(this.into);
    try {
      const { rows } = await sql<{
        key: string;
        prediction: string;
        model_version: string;
      }>`select key, prediction, model_version from ${sql.id(view)} order by key`.execute(database.rows);
      return rows.map(row => ({ ...row, prediction: JSON.parse(row.prediction) }));
    } catch (error) {
      if (/no such table|does not exist/.test(String(error))) return undefined;
      throw error;
    } finally {
      await database.close();
    }
  }

  async close(): Promise<void> {
    for (const close of this.#open) await close();
    await this.models.remove();
    await rm(this.folder, { recursive: true, force: true });
  }
}
