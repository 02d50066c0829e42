import { type LiveRound, liveRound } from '@murmuration/api/overview';
import { publicRound, publicTask, publicVersion } from '@murmuration/api/public';
import { roundDetail } from '@murmuration/api/round';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { readUpTo } from '@murmuration/protocol/sending/exchange';
import * as z from 'zod';
import { pagesBelow, type Range } from './pages.ts';
import { request, requestJson, urlOf } from './request.ts';

// A coordinator of another version may lack or add fields that this program does not need.
const task = publicTask.pick({
  ...{ name: true, planVersion: true, strategy: true, cohort: true, round: true, serves: true },
});
export type ShownTask = z.output<typeof task>;
const taskList = z.object({ tasks: z.array(task.loose()) });

const round = publicRound.partial({ query: true });
export type ShownRound = z.output<typeof round>;
const roundPage = z.object({ rounds: z.array(round.loose()) });

const underWay = z.object({
  tasks: z.array(z.object({ task: z.string(), round: liveRound.pick({ cohort: true }).nullable() })),
});

const groupsOfRound = roundDetail.pick({ groups: true });
export type ShownGroup = NonNullable<z.output<typeof groupsOfRound>['groups']>[number];

const version = publicVersion.partial({ words: true, fromDevices: true });
export type ShownModel = z.output<typeof version>;
const modelPage = z.object({ models: z.array(version.loose()) });

/**
 * Client of a running coordinator's public API, with an operator token from MURMURATION_TOKEN, or a read
 * token from MURMURATION_READ_TOKEN, if set. All methods throw the error of a problem document, or
 * `server.unreachable`.
 */
export class PublicClient {
  readonly #url: URL;
  /** Request options for routes that only operators may read. */
  readonly #asOperator: RequestInit;
  /** Request options for routes that may need a token. */
  readonly #shown: RequestInit;

  /** Throws `config.invalid` for an invalid URL. */
  constructor({ url }: { readonly url: string }, env: NodeJS.ProcessEnv = process.env) {
    this.#url = urlOf(url);
    this.#asOperator = bearer(env.MURMURATION_TOKEN);
    this.#shown = bearer(env.MURMURATION_TOKEN ?? env.MURMURATION_READ_TOKEN);
  }

  async tasks(): Promise<readonly ShownTask[]> {
    return (await requestJson(this.#url, '/v1/tasks', this.#shown, taskList)).tasks;
  }

  /** Returns all tasks, or only the one with this name. Throws `task.unknown`. */
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

  /**
   * Returns the task with this name, or the only one. Throws `task.unknown`, and `config.invalid` if a name
   * is needed.
   */
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

  /** Returns rounds of a task, newest first. */
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

  /** Returns the cohort of the round under way; null without one, or without an operator token. */
  async cohort(task: string): Promise<LiveRound['cohort'] | null> {
    if (!this.#asOperator.headers) return null;
    const { tasks } = await requestJson(this.#url, '/v1/admin/overview', this.#asOperator, underWay);
    return tasks.find(each => each.task === task)?.round?.cohort ?? null;
  }

  /**
   * Returns the groups of a completed round; null if its cohort was one sum, or without an operator token.
   */
  async groups(task: string, number: number): Promise<readonly ShownGroup[] | null> {
    if (!this.#asOperator.headers) return null;
    const path = `/v1/admin/tasks/${encodeURIComponent(task)}/rounds/${number}`;
    return (await requestJson(this.#url, path, this.#asOperator, groupsOfRound)).groups;
  }

  /** Returns model versions of a task, newest first. */
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

  /** Downloads a file of at most `most` bytes. Throws `model.corrupt` for a longer one. */
  file(path: string, most: number): Promise<Uint8Array> {
    return request(this.#url, path, this.#shown, async response => {
      const bytes = await readUpTo(response, most);
      if (bytes) return bytes;
      throw new MurmurationError('model.corrupt', `${path} has more than ${most} bytes.`);
    });
  }
}

const bearer = (token: string | undefined): RequestInit =>
  token ? { headers: { authorization: `Bearer ${token}` } } : {};

function listed(tasks: readonly ShownTask[]): string {
  return tasks.map(({ name }) => name).join(', ');
}
