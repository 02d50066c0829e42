import { type TaskName, taskNamePattern } from '@murmuration/protocol/ids/ids';
import type { Tensor } from '@murmuration/protocol/tensors/tensor';
import type { Cancel } from '@murmuration/protocol/time/clock';
import type { VersionAliases } from '@murmuration/rounds/promotion/version-aliases';
import type { History } from '@murmuration/rounds/registry/ports';
import type { Registry } from '@murmuration/rounds/registry/registry';
import type { ServedExperiment } from '@murmuration/serving/experiments/experiment';
import {
  type ModelContent,
  type ModelListing,
  type ModelSource,
  refuseModel,
  refuseVersion,
  type ServedModel,
} from '@murmuration/serving/source/source';

/** Maximum number of versions in a listing. */
const maxListedVersions = 100;

interface RegistryPorts {
  /**
   * Returns the tasks whose models are served now. The coordinator lacks the whole model of a task with
   * private layers.
   */
  readonly tasks: () => readonly TaskName[];
  /** Returns the inputs that warm up each version of a task's model. */
  readonly recorded: (task: string) => readonly Tensor[] | undefined;
  readonly registry: Pick<Registry, 'files'>;
  readonly history: Pick<History, 'versions'>;
  readonly versionAliases: Pick<VersionAliases, 'of'>;
  /** Returns the experiments on a task's model. */
  readonly experiments?: (task: string) => readonly ServedExperiment[];
}

/**
 * Versions of the coordinator's own registry, for the inference server in its process. A model has the name
 * of its task.
 */
export class RegistryModels implements ModelSource {
  readonly description = 'the registry of this coordinator';
  readonly #ports: RegistryPorts;
  readonly #listeners = new Set<(name: string) => void>();

  constructor(ports: RegistryPorts) {
    this.#ports = ports;
  }

  /** Called when the names of a task's versions change, so that others may be requested. */
  changed(task: TaskName): void {
    for (const tell of this.#listeners) tell(task);
  }

  async names(): Promise<readonly string[]> {
    return this.#ports.tasks();
  }

  async listing(name: string): Promise<ModelListing> {
    const task = this.#task(name);
    const { champion, newest, aliases } = this.#ports.versionAliases.of(task);
    const versions = await this.#ports.history.versions(task, Number.POSITIVE_INFINITY, maxListedVersions);
    return {
      name,
      versions: versions.map(({ number }) => String(number)).reverse(),
      aliases: {
        ...Object.fromEntries(aliases.map(({ alias, number }) => [alias, String(number)])),
        champion: String(champion.number),
        latest: String(newest.number),
      },
      standard: 'champion',
    };
  }

  async resolve(name: string, at = 'champion'): Promise<ServedModel> {
    const task = this.#task(name);
    const { champion, newest, aliases } = this.#ports.versionAliases.of(task);
    const named =
      at === 'champion' ? champion : at === 'latest' ? newest : aliases.find(({ alias }) => alias === at);
    if (named) return { name, version: String(named.number), hash: named.model };
    const number = /^\d{1,9}$/.test(at) ? Number(at) : undefined;
    const [found] = number === undefined ? [] : await this.#ports.history.versions(task, number + 1, 1);
    if (found?.number !== number || !found) return refuseVersion(await this.listing(name), at);
    return { name, version: String(found.number), hash: found.model };
  }

  async content({ name, hash }: ServedModel): Promise<ModelContent> {
    const files = await this.#ports.registry.files(hash);
    return { platform: 'tensorflowjs_layersmodel', files, recorded: this.#ports.recorded(name) };
  }

  experiments(name: string): readonly ServedExperiment[] {
    return this.#ports.experiments?.(name) ?? [];
  }

  watch(changed: (name: string) => void): Cancel {
    this.#listeners.add(changed);
    return () => this.#listeners.delete(changed);
  }

  async close(): Promise<void> {
    this.#listeners.clear();
  }

  #task(name: string): TaskName {
    const tasks = this.#ports.tasks();
    if (taskNamePattern.test(name) && tasks.includes(name as TaskName)) return name as TaskName;
    return refuseModel(name, tasks);
  }
}
