import { publicRound, publicTask, publicTasks, publicVersion } from '@murmuration/api/public';
import { roundDetail } from '@murmuration/api/round';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import * as z from 'zod';
import { type MetricSamples, parseMetrics } from './metric-samples.ts';
import { pagesBelow, type Range } from './pages.ts';
import { readParts, readText, request, requestJson, urlOf } from './request.ts';

// Of another version than this program: what it does not need, a coordinator may lack, or have besides.
const task = publicTask.pick({
  ...{ name: true, planVersion: true, strategy: true, cohort: true, round: true, serves: true },
});
export type ShownTask = z.output<typeof task>;
const taskList = publicTasks.extend({ tasks: z.array(task.loose()) });

const round = publicRound.partial({ query: true });
export type ShownRound = z.output<typeof round>;
const roundPage = z.object({ rounds: z.array(round.loose()) });

const groupsOfRound = roundDetail.pick({ groups: true });
export type ShownGroup = NonNullable<z.output<typeof groupsOfRound>['groups']>[number];

const version = publicVersion.partial({ words: true, fromDevices: true });
export type ShownModel = z.output<typeof version>;
const modelPage = z.object({ models: z.array(version.loose()) });

/**
 * A coordinator that is running, as it shows itself to the world, and to whoever has an operator token in MURMURATION_TOKEN, or one that may read in
 * MURMURATION_READ_TOKEN. All methods
 * throw what a problem document names, or `server.unreachable`.
 */
export class PublicClient {
  readonly #url: URL;
  /** For what operators alone may read. */
  readonly #asOperator: RequestInit;
  /** For what a coordinator may keep to those who show a token. */
  readonly #shown: RequestInit;

  /** Throws `config.invalid` where the URL is none. */
  constructor({ url }: { readonly url: string }, env: NodeJS.ProcessEnv = process.env) {
    this.#url = urlOf(url);
    this.#asOperator = bearer(env.MURMURATION_TOKEN);
    this.#shown = bearer(env.MURMURATION_TOKEN ?? env.MURMURATION_READ_TOKEN);
  }

  /** The tasks, and whether the coordinator runs in development mode. */
  overview(): Promise<z.output<typeof taskList>> {
    return requestJson(this.#url, '/v1/tasks', this.#shown, taskList);
  }

  async tasks(): Promise<readonly ShownTask[]> {
    return (await this.overview()).tasks;
  }

  /** The tasks, or the one of this name. Throws `task.unknown`. */
  async tasksNamed(name: string | undefined): Promise<readonly ShownTask[]> {
    const all = await this.tasks();
    const found = name === undefined ? all : all.filter(task => task.name === name);
    if (name !== undefined && found.length === 0)
      throw new MurmurationError(
        'task.unknown',
        `There is no task "${name}"; there is ${listed(all) || 'none'}.`,
      );
    return found;
  }

  /** The one task that is meant: of this name, or the only one. Throws `task.unknown`, and `config.invalid` where a name is needed. */
  async task(name: string | undefined): Promise<ShownTask> {
    const [task, ...others] = await this.tasksNamed(name);
    if (!task) throw new MurmurationError('task.unknown', 'The coordinator has no tasks.');
    if (others.length > 0)
      throw new MurmurationError(
        'config.invalid',
        `Name one of the tasks with --task: ${listed([task, ...others])}.`,
      );
    return task;
  }

  /** Rounds of a task, newest first. */
  rounds(task: string, range: Range): Promise<ShownRound[]> {
    return pagesBelow(range, query =>
      requestJson(
        this.#url,
        `/v1/tasks/${encodeURIComponent(task)}/rounds?${query}`,
        this.#asOperator,
        roundPage,
      ).then(({ rounds }) => rounds),
    );
  }

  /** The groups of a round that is over; null where its cohort was one sum, and without an operator token. */
  async groups(task: string, number: number): Promise<readonly ShownGroup[] | null> {
    if (!this.#asOperator.headers) return null;
    const path = `/v1/admin/tasks/${encodeURIComponent(task)}/rounds/${number}`;
    return (await requestJson(this.#url, path, this.#asOperator, groupsOfRound)).groups;
  }

  /** Model versions of a task, newest first. */
  models(task: string, range: Range): Promise<ShownModel[]> {
    return pagesBelow(range, query =>
      requestJson(
        this.#url,
        `/v1/tasks/${encodeURIComponent(task)}/models?${query}`,
        this.#shown,
        modelPage,
      ).then(({ models }) => models),
    );
  }

  /** What Prometheus reads; null where it is not to be had, such as without a token, or behind a proxy that keeps it to itself. */
  async metrics(): Promise<MetricSamples | null> {
    try {
      return parseMetrics(
        await request(this.#url, '/metrics', this.#asOperator, response => readText(response, '/metrics')),
      );
    } catch {
      return null;
    }
  }

  /** A file of at most so many bytes. Throws `model.corrupt` for one that is longer. */
  file(path: string, most: number): Promise<Uint8Array> {
    const tooLong = () => {
      throw new MurmurationError('model.corrupt', `${path} has more than ${most} bytes.`);
    };
    return request(this.#url, path, this.#shown, async response =>
      Buffer.concat(await readParts(response, most, tooLong)),
    );
  }
}

const bearer = (token: string | undefined): RequestInit =>
  token ? { headers: { authorization: `Bearer ${token}` } } : {};

function listed(tasks: readonly ShownTask[]): string {
  return tasks.map(({ name }) => name).join(', ');
}
