import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parse, stringify } from 'yaml';
import type { Run } from '../../run-events/run.ts';
import { type MetricPoint, metricsOf, paramsOf } from './logged.ts';
import { named } from './names.ts';

/** Longest values that all versions of MLflow since 2.8 accept. */
const maxValueLength = { param: 6_000, tag: 5_000 } as const;
/** RunStatus of MLflow's protocol. */
const statuses = { finished: 3, failed: 4, stopped: 5 } as const;
/** SourceType LOCAL. */
const local = 4;
const user = 'murmuration';

/**
 * Writes a run into a folder that MLflow's FileStore reads (`mlflow ui --backend-store-uri FOLDER`), in an
 * experiment named after its scenario. The layout is that of mlflow/store/tracking/file_store.py. Writing the
 * same run again replaces it. `artifacts` are files to copy into the run's folder. Returns the folder of the
 * run.
 */
export async function writeMlflowRun(root: string, run: Run, artifacts: readonly string[]): Promise<string> {
  const store = resolve(root);
  if (!existsSync(store)) await makeExperiment(store, '0', 'Default', run.begun.startedAt);
  const experiment =
    (await experimentNamed(store, run.begun.scenario)) ??
    (await makeExperiment(store, experimentId(run.begun.scenario), run.begun.scenario, run.begun.startedAt));
  const id = createHash('sha256').update(JSON.stringify(run.begun)).digest('hex').slice(0, 32);
  const folder = join(store, experiment, id);
  const folders = Object.fromEntries(
    ['params', 'metrics', 'tags', 'artifacts'].map(name => [name, join(folder, name)]),
  ) as Record<'params' | 'metrics' | 'tags' | 'artifacts', string>;
  for (const path of Object.values(folders)) await mkdir(path, { recursive: true });

  for (const [name, value] of named(paramsOf(run)))
    await writeFile(join(folders.params, name), cut(value, maxValueLength.param));
  for (const [name, points] of named(metricsOf(run)))
    await writeFile(join(folders.metrics, name), points.map(lineOf).join(''));
  const name = `${run.begun.scenario}, seed ${run.begun.seed}`;
  for (const [tag, value] of named(tagsOf(run, name)))
    await writeFile(join(folders.tags, tag), cut(value, maxValueLength.tag));
  for (const file of artifacts) await copyFile(file, join(folders.artifacts, basename(file)));
  await writeFile(join(folder, 'meta.yaml'), yaml(metaOf(run, name, experiment, id, folders.artifacts)));
  return folder;
}

function metaOf(
  { begun, ended, rounds }: Run,
  name: string,
  experiment: string,
  id: string,
  artifacts: string,
) {
  const seconds = ended?.seconds ?? rounds.reduce((sum, { wallSeconds }) => sum + wallSeconds, 0);
  return {
    artifact_uri: pathToFileURL(artifacts).href,
    deleted_time: null,
    end_time: Math.round(begun.startedAt + 1_000 * seconds),
    entry_point_name: '',
    experiment_id: experiment,
    lifecycle_stage: 'active',
    run_id: id,
    run_name: name,
    run_uuid: id,
    source_name: '',
    source_type: local,
    source_version: '',
    start_time: begun.startedAt,
    // A run without an end counts as killed in MLflow.
    status: ended ? statuses[ended.outcome] : statuses.stopped,
    tags: [],
    user_id: user,
  };
}

function tagsOf({ begun, ended }: Run, name: string): [string, string][] {
  const { versions, privacy } = begun;
  return [
    ['mlflow.runName', name],
    ['mlflow.user', user],
    ['mlflow.source.type', 'LOCAL'],
    ['mlflow.source.name', `simulate ${begun.scenario}`],
    ['mlflow.note.content', begun.shows],
    ['murmuration.version', versions.murmuration],
    ['murmuration.node', versions.node],
    ['murmuration.engine', versions.engine],
    ['murmuration.masking', privacy.masking ? JSON.stringify(privacy.masking) : 'off'],
    ...(ended?.weightsSha256 ? [['murmuration.weightsSha256', ended.weightsSha256] as [string, string]] : []),
    ...(ended ? [['murmuration.ended', ended.reason] as [string, string]] : []),
  ];
}

function lineOf({ time, value, step }: MetricPoint): string {
  return `${time} ${value ?? 'nan'} ${step}\n`;
}

/** Returns the id of an existing experiment of this name, even one made by another program. */
async function experimentNamed(store: string, name: string): Promise<string | undefined> {
  for (const id of (await readdir(store)).sort()) {
    const text = await readFile(join(store, id, 'meta.yaml'), 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    const meta: unknown = parse(text, { version: '1.1' });
    if (typeof meta === 'object' && meta !== null && 'name' in meta && meta.name === name) return id;
  }
  return undefined;
}

async function makeExperiment(store: string, id: string, name: string, time: number): Promise<string> {
  const folder = join(store, id);
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, 'meta.yaml'),
    yaml({
      artifact_location: pathToFileURL(folder).href,
      creation_time: time,
      experiment_id: id,
      last_update_time: time,
      lifecycle_stage: 'active',
      name,
    }),
  );
  return id;
}

/** Derives an id from the name, of eighteen digits like MLflow's own. */
function experimentId(name: string): string {
  const number = createHash('sha256').update(name).digest().readBigUInt64BE() % 900_000_000_000_000_000n;
  return String(number + 100_000_000_000_000_000n);
}

/** Formats as YAML 1.1, which MLflow reads and in which an unquoted `yes` is no text. */
function yaml(value: unknown): string {
  return stringify(value, { version: '1.1', lineWidth: 0 });
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
