import { createHash } from 'node:crypto';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { whyUnfit } from '@murmuration/protocol/errors/misfits';
import { hashPattern, type ModelHash } from '@murmuration/protocol/ids/ids';
import { modelPath } from '@murmuration/protocol/messages/channel';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import { steadyClock } from '@murmuration/protocol/time/system-clock';
import { joinModel, parseModelJson } from '@murmuration/protocol/weights/model-files';
import * as z from 'zod';
import type { ServedExperiment } from '../experiments/experiment.ts';
import { Origin } from './origin.ts';
import {
  type ModelContent,
  type ModelListing,
  type ModelSource,
  refuseModel,
  refuseVersion,
  type ServedModel,
} from './source.ts';

/** Milliseconds between two polls of what is in use. */
const pollMs = 1_000;
/** Maximum ms between polls while the coordinator does not answer. */
const maxPollMs = 30_000;
/** Maximum versions in a listing. */
const maxListedVersions = 100;
/** Maximum bytes of `model.json`, and of other answers. */
const maxTopologyBytes = 64 << 20;
const maxAnswerBytes = 16 << 20;

const named = z.object({ number: z.int().min(0), model: z.string().regex(hashPattern) });
const share = z.number().min(0).max(1);
const text = z.string().min(1).max(128);
const field = z.object({ in: z.enum(['header', 'parameter']), name: text });
const experimentSchema = z.object({
  id: text,
  kind: z.enum(['split', 'mirror']),
  key: field,
  covariate: field.optional(),
  salt: text,
  layer: z.object({ salt: text, from: share, to: share }),
  arms: z
    .array(z.object({ name: text, version: z.string().regex(/^\d{1,9}$/), share }))
    .min(1)
    .max(10),
});
const taskList = z.object({
  tasks: z.array(
    z.object({
      name: z.string().min(1).max(128),
      serves: named,
      newest: named,
      aliases: z.record(z.string().max(128), named),
      privateLayers: z.array(z.string()),
      // Missing in older coordinators.
      experiments: z.array(experimentSchema).max(100).optional(),
    }),
  ),
});
const versionPage = z.object({ models: z.array(named) });

interface InUse {
  readonly versions: Readonly<Record<string, ServedModel>>;
  readonly newest: number;
  readonly experiments: readonly ServedExperiment[];
}

/**
 * Opens the models of a remote coordinator by its public routes. What is in use is polled every second, and
 * the answer is empty if nothing changed. `token` is an inference token with the right `read`, if the
 * coordinator requires one. While the coordinator does not answer, the known models are served on. Throws
 * `config.invalid` for an invalid URL, and `server.unreachable`.
 */
export async function coordinatorModels(
  url: string,
  clock: Clock = steadyClock(),
  unreachable: (error: unknown) => void = () => {},
  token?: string,
): Promise<CoordinatorModels> {
  const source = new CoordinatorModels(url, clock, unreachable, token);
  await source.open();
  return source;
}

/** Source of a remote coordinator's models; made by `coordinatorModels`. */
export class CoordinatorModels implements ModelSource {
  readonly description: string;
  readonly #origin: Origin;
  readonly #clock: Clock;
  readonly #unreachable: (error: unknown) => void;
  readonly #listeners = new Set<(name: string) => void>();
  #inUse: ReadonlyMap<string, InUse> = new Map();
  #etag: string | undefined;
  #pause = pollMs;
  #cancel: Cancel = () => {};
  #isClosed = false;

  constructor(url: string, clock: Clock, unreachable: (error: unknown) => void, token?: string) {
    this.#origin = new Origin(url, clock, token);
    this.description = `the coordinator at ${this.#origin.url}`;
    this.#clock = clock;
    this.#unreachable = unreachable;
  }

  async open(): Promise<void> {
    await this.#look();
    this.#wait();
  }

  async names(): Promise<readonly string[]> {
    return [...this.#inUse.keys()];
  }

  async listing(name: string): Promise<ModelListing> {
    const { versions } = this.#find(name);
    const { models } = await this.#page(name, `limit=${maxListedVersions}`);
    return {
      name,
      versions: models.map(({ number }) => String(number)).reverse(),
      aliases: Object.fromEntries(Object.entries(versions).map(([alias, { version }]) => [alias, version])),
      standard: 'champion',
    };
  }

  async resolve(name: string, at = 'champion'): Promise<ServedModel> {
    const { versions } = this.#find(name);
    const found = Object.hasOwn(versions, at) ? versions[at] : undefined;
    if (found) return found;
    const number = /^\d{1,9}$/.test(at) ? Number(at) : undefined;
    const { models } =
      number === undefined ? { models: [] } : await this.#page(name, `before=${number + 1}&limit=1`);
    const [version] = models;
    if (!version || version.number !== number) return refuseVersion(await this.listing(name), at);
    return { name, version: String(number), hash: version.model as ModelHash };
  }

  /** Loads the files of a model and checks both by their hashes, so that no relay can change it. */
  async content({ hash }: ServedModel): Promise<ModelContent> {
    const path = modelPath(hash);
    const json = await this.#origin.bytes(path, maxTopologyBytes);
    const { weightsHash, layout } = parseModelJson(hash, json);
    const weights = await this.#origin.bytes(
      path.replace(/(?<=\/)[^/]+$/, `${weightsHash}.bin`),
      4 * layout.count,
    );
    const computed = createHash('sha256').update(weights).digest('hex');
    return { platform: 'tensorflowjs_layersmodel', files: joinModel(hash, json, weights, computed) };
  }

  experiments(name: string): readonly ServedExperiment[] {
    return this.#inUse.get(name)?.experiments ?? [];
  }

  watch(changed: (name: string) => void): Cancel {
    this.#listeners.add(changed);
    return () => this.#listeners.delete(changed);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancel();
    this.#listeners.clear();
    this.#origin.close();
  }

  #find(name: string): InUse {
    return this.#inUse.get(name) ?? refuseModel(name, [...this.#inUse.keys()]);
  }

  async #page(name: string, query: string) {
    const path = `/v1/tasks/${encodeURIComponent(name)}/models?${query}`;
    return this.#origin.json(path, maxAnswerBytes, versionPage);
  }

  #wait(): void {
    if (this.#isClosed) return;
    this.#cancel = this.#clock.at(this.#clock.now() + this.#pause, () => {
      this.#look()
        .then(
          () => {
            this.#pause = pollMs;
          },
          error => {
            if (this.#isClosed) return;
            this.#pause = Math.min(2 * this.#pause, maxPollMs);
            this.#unreachable(error);
          },
        )
        .finally(() => this.#wait());
    });
  }

  async #look(): Promise<void> {
    const answer = await this.#origin.changed('/v1/tasks', maxAnswerBytes, this.#etag);
    if (answer === null || this.#isClosed) return;
    const parsed = taskList.safeParse(answer.value);
    if (!parsed.success)
      throw new MurmurationError(
        'server.unreachable',
        `${this.#origin.url}/v1/tasks answered what this version does not understand. ${whyUnfit(taskList, answer.value, 'The answer')}`,
      );
    this.#etag = answer.etag;
    const before = this.#inUse;
    this.#inUse = new Map(
      parsed.data.tasks
        // With private layers, the coordinator does not have the whole model.
        .filter(({ privateLayers }) => privateLayers.length === 0)
        .map(task => [task.name, inUseOf(task)]),
    );
    for (const name of new Set([...before.keys(), ...this.#inUse.keys()])) {
      if (JSON.stringify(before.get(name)) === JSON.stringify(this.#inUse.get(name))) continue;
      for (const changed of this.#listeners) changed(name);
    }
  }
}

function inUseOf({
  name,
  serves,
  newest,
  aliases,
  experiments = [],
}: z.output<typeof taskList>['tasks'][number]): InUse {
  const all = { ...aliases, champion: serves, latest: newest };
  const versions = Object.entries(all).map(([alias, { number, model }]): [string, ServedModel] => [
    alias,
    { name, version: String(number), hash: model as ModelHash },
  ]);
  return { versions: Object.fromEntries(versions), newest: newest.number, experiments };
}
