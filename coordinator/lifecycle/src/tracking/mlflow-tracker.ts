import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import * as z from 'zod';
import type { MlflowClient } from './mlflow-client.ts';
import { planRun, type Tags, type TrackedMetric, type TrackingOperation } from './operations.ts';
import { TrackingRefusal } from './refusal.ts';
import type { MlflowSettings } from './settings.ts';

/** Reads the files of versions and windows when they are sent. */
export interface TrackedFiles {
  /** Returns the two files of a model, with their names. Throws `model.missing`. */
  readonly model: (model: ModelHash) => Promise<readonly { name: string; bytes: Uint8Array }[]>;
  /** Returns a window of drift as a page. Throws `request.not-found`. */
  readonly driftPage: (task: TaskName, version: number, window: number) => Promise<string>;
}

/** Limits of `log-batch`. */
const mostMetrics = 1_000;
const mostParams = 100;
const mostTags = 100;
const maxMlflowKeyLength = 250;
const longestParam = 6_000;
const longestTag = 8_000;

/** Tags that mark remote runs and versions as ours. */
const runTag = 'murmuration.run';
const versionTag = 'murmuration.version';

const tag = z.object({ key: z.string(), value: z.string().default('') });
const run = z.object({
  info: z.object({ run_id: z.string(), experiment_id: z.coerce.string() }),
  data: z.object({ tags: z.array(tag).default([]) }).prefault({}),
});
const foundRuns = z.object({ runs: z.array(run).default([]) });
const version = z.object({
  name: z.string(),
  version: z.coerce.string(),
  tags: z.array(tag).default([]),
});
const registered = z.object({
  registered_model: z.object({
    aliases: z.array(z.object({ alias: z.string(), version: z.coerce.string() })).default([]),
  }),
});

interface KnownRun {
  readonly id: string;
  readonly experiment: string;
}

/**
 * Performs operations on an MLflow server: a task is an experiment and a registered model, a training run is
 * a run.
 */
export class MlflowTracker {
  readonly #client: MlflowClient;
  readonly #settings: Pick<MlflowSettings, 'prefix'>;
  readonly #files: TrackedFiles;
  readonly #experiments = new Map<TaskName, string>();
  readonly #runs = new Map<string, KnownRun>();
  readonly #models = new Set<TaskName>();

  constructor(client: MlflowClient, settings: Pick<MlflowSettings, 'prefix'>, files: TrackedFiles) {
    this.#client = client;
    this.#settings = settings;
    this.#files = files;
  }

  /** Performs an operation. Throws as `MlflowClient`, and errors of reading files. */
  async perform(operation: TrackingOperation): Promise<void> {
    const { task } = operation;
    switch (operation.kind) {
      case 'begin': {
        const { id } = await this.#begin(operation);
        await this.#log(id, [], operation.tags, operation.params);
        return this.#endOthers(operation, id);
      }
      case 'log': {
        const { id } = await this.#run(task, operation.run);
        return this.#log(id, operation.metrics, operation.tags, {});
      }
      case 'end': {
        const { id } = await this.#run(task, operation.run);
        const body = { run_id: id, status: operation.status, end_time: operation.at };
        await this.#client.post('runs/update', body, z.unknown());
        return;
      }
      case 'version':
        return this.#version(operation);
      case 'drift': {
        const { id, experiment } = await this.#run(task, operation.run);
        const page = await this.#files.driftPage(task, operation.version, operation.window);
        const file = `drift/version-${operation.version}-window-${operation.window}.html`;
        return this.#client.artifact(`${experiment}/${id}/artifacts/${file}`, page);
      }
      case 'aliases':
        return this.#setAliases(task, operation.aliases);
    }
  }

  /**
   * Returns a map from the aliases of a task's registered model to our version numbers, without versions
   * that are not ours.
   */
  async aliases(task: TaskName): Promise<Readonly<Record<string, number>>> {
    const name = this.#nameOf(task);
    try {
      const { registered_model } = await this.#client.get('registered-models/get', { name }, registered);
      const versions = await this.#versions(task);
      const numbers = registered_model.aliases.flatMap(({ alias, version: theirs }) => {
        const number = versions.find(each => each.theirs === theirs)?.number;
        return number === undefined ? [] : [[alias, number] as const];
      });
      return Object.fromEntries(numbers);
    } catch (error) {
      if (isMissing(error)) return {};
      throw error;
    }
  }

  #nameOf(task: TaskName): string {
    return `${this.#settings.prefix}${task}`;
  }

  async #experiment(task: TaskName): Promise<string> {
    const known = this.#experiments.get(task);
    if (known !== undefined) return known;
    const name = this.#nameOf(task);
    const id = await this.#foundOrMade(
      async () => {
        const schema = z.object({ experiment: z.object({ experiment_id: z.coerce.string() }) });
        const query = { experiment_name: name };
        return (await this.#client.get('experiments/get-by-name', query, schema)).experiment.experiment_id;
      },
      async () => {
        const schema = z.object({ experiment_id: z.coerce.string() });
        return (await this.#client.post('experiments/create', { name }, schema)).experiment_id;
      },
    );
    this.#experiments.set(task, id);
    return id;
  }

  /** Finds or creates the remote run; an earlier attempt may have created it and lost the answer. */
  async #begin(operation: Extract<TrackingOperation, { kind: 'begin' }>): Promise<KnownRun> {
    const found = await this.#find(operation.task, operation.run);
    if (found) return found;
    const experiment = await this.#experiment(operation.task);
    const body = {
      experiment_id: experiment,
      run_name: operation.name,
      start_time: operation.at,
      tags: [{ key: runTag, value: operation.run }],
    };
    const made = (await this.#client.post('runs/create', body, z.object({ run }))).run;
    const known = { id: made.info.run_id, experiment };
    this.#runs.set(operation.run, known);
    return known;
  }

  /** Ends the runs of earlier plans, since only one plan is in force, also after a restart. */
  async #endOthers(
    { task, run: key, at }: Extract<TrackingOperation, { kind: 'begin' }>,
    own: string,
  ): Promise<void> {
    const plans = planRun(task, '');
    if (!key.startsWith(plans)) return;
    const body = {
      experiment_ids: [await this.#experiment(task)],
      filter: "attributes.status = 'RUNNING'",
      max_results: 100,
    };
    for (const { info, data } of (await this.#client.post('runs/search', body, foundRuns)).runs) {
      const isPlan = data.tags.some(each => each.key === runTag && each.value.startsWith(plans));
      if (isPlan && info.run_id !== own)
        await this.#client.post(
          'runs/update',
          { run_id: info.run_id, status: 'FINISHED', end_time: at },
          z.unknown(),
        );
    }
  }

  async #run(task: TaskName, key: string): Promise<KnownRun> {
    const found = await this.#find(task, key);
    if (!found)
      throw new TrackingRefusal('RESOURCE_DOES_NOT_EXIST', `There is no run ${key}: it was deleted.`);
    return found;
  }

  async #find(task: TaskName, key: string): Promise<KnownRun | undefined> {
    const known = this.#runs.get(key);
    if (known) return known;
    const experiment = await this.#experiment(task);
    const body = {
      experiment_ids: [experiment],
      filter: `tags."${runTag}" = '${key}'`,
      max_results: 1,
    };
    const [found] = (await this.#client.post('runs/search', body, foundRuns)).runs;
    if (!found) return undefined;
    const made = { id: found.info.run_id, experiment };
    this.#runs.set(key, made);
    return made;
  }

  async #log(id: string, metrics: readonly TrackedMetric[], tags: Tags, params: Tags): Promise<void> {
    const pairs = (of: Tags, longest: number) =>
      Object.entries(of).map(([key, value]) => ({ key: keyOf(key), value: cut(value, longest) }));
    const shown = metrics.map(each => ({
      ...each,
      key: keyOf(each.key),
      value: Number.isFinite(each.value) ? each.value : String(each.value),
    }));
    const [allTags, allParams] = [pairs(tags, longestTag), pairs(params, longestParam)];
    const batches = Math.max(
      1,
      Math.ceil(shown.length / mostMetrics),
      Math.ceil(allTags.length / mostTags),
      Math.ceil(allParams.length / mostParams),
    );
    const part = <Each>(list: readonly Each[], most: number, batch: number) =>
      list.slice(batch * most, (batch + 1) * most);
    for (let batch = 0; batch < batches; batch++) {
      const body = {
        run_id: id,
        metrics: part(shown, mostMetrics, batch),
        tags: part(allTags, mostTags, batch),
        params: part(allParams, mostParams, batch),
      };
      if (body.metrics.length + body.tags.length + body.params.length > 0)
        await this.#client.post('runs/log-batch', body, z.unknown());
    }
  }

  async #version(operation: Extract<TrackingOperation, { kind: 'version' }>): Promise<void> {
    const { task, number, model } = operation;
    const { id, experiment } = await this.#run(task, operation.run);
    const folder = `versions/${number}`;
    for (const { name, bytes } of await this.#files.model(model))
      await this.#client.artifact(`${experiment}/${id}/artifacts/${folder}/${name}`, bytes);
    await this.#requireModel(task);
    const versions = await this.#versions(task);
    if (versions.some(each => each.number === number)) return;
    const tags = { [versionTag]: String(number), ...operation.tags };
    const body = {
      name: this.#nameOf(task),
      source: `mlflow-artifacts:/${experiment}/${id}/artifacts/${folder}`,
      run_id: id,
      tags: Object.entries(tags).map(([key, value]) => ({ key: keyOf(key), value: cut(value, longestTag) })),
    };
    await this.#client.post('model-versions/create', body, z.object({ model_version: version }));
  }

  async #requireModel(task: TaskName): Promise<void> {
    if (this.#models.has(task)) return;
    const name = this.#nameOf(task);
    await this.#foundOrMade(
      () => this.#client.get('registered-models/get', { name }, registered),
      () => this.#client.post('registered-models/create', { name }, z.unknown()),
    );
    this.#models.add(task);
  }

  /** Lists our remote versions with both numbers. */
  async #versions(task: TaskName): Promise<readonly { readonly theirs: string; readonly number: number }[]> {
    const found: { theirs: string; number: number }[] = [];
    const schema = z.object({
      model_versions: z.array(version).default([]),
      next_page_token: z.string().optional(),
    });
    let token: string | undefined;
    do {
      const query = {
        filter: `name='${this.#nameOf(task)}'`,
        max_results: '1000',
        ...(token && { page_token: token }),
      };
      const page = await this.#client.get('model-versions/search', query, schema);
      for (const { version: theirs, tags } of page.model_versions) {
        const own = tags.find(({ key }) => key === versionTag)?.value;
        if (own !== undefined && /^\d+$/.test(own)) found.push({ theirs, number: Number(own) });
      }
      token = page.next_page_token || undefined;
    } while (token);
    return found;
  }

  async #setAliases(task: TaskName, aliases: Readonly<Record<string, number>>): Promise<void> {
    const name = this.#nameOf(task);
    await this.#requireModel(task);
    const before = await this.aliases(task);
    const versions = await this.#versions(task);
    for (const [alias, number] of Object.entries(aliases)) {
      const theirs = versions.find(each => each.number === number)?.theirs;
      if (theirs === undefined || before[alias] === number || isReserved(alias)) continue;
      await this.#client.post('registered-models/alias', { name, alias, version: theirs }, z.unknown());
    }
  }

  /** Finds or creates an object; if another client creates it in between, finds it. */
  async #foundOrMade<Found>(find: () => Promise<Found>, make: () => Promise<Found>): Promise<Found> {
    try {
      return await find();
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
    try {
      return await make();
    } catch (error) {
      if (error instanceof TrackingRefusal && error.code === 'RESOURCE_ALREADY_EXISTS') return find();
      throw error;
    }
  }
}

/** True for aliases that MLflow reserves: `latest`, and `v` with a number. */
function isReserved(alias: string): boolean {
  return alias === 'latest' || /^v\d+$/.test(alias);
}

function isMissing(error: unknown): boolean {
  return error instanceof TrackingRefusal && error.code === 'RESOURCE_DOES_NOT_EXIST';
}

/** Returns a valid key: letters, digits, spaces and `_ - . / :`. */
function keyOf(text: string): string {
  return text.replaceAll(/[^\w\-./: ]/g, '_').slice(0, maxMlflowKeyLength);
}

function cut(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
}
