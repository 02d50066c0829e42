import type { ModelParts } from '@murmuration/engine/models/model';
import { utf8 } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import { modelPath } from '@murmuration/protocol/messages/channel';
import { encodeModel } from '@murmuration/protocol/weights/model-files';
import type { TestTask } from './test-task.ts';

export interface TaskState {
  readonly task: TestTask;
  readonly name: TaskName;
  /** All versions, the oldest first. */
  readonly versions: ModelHash[];
  /** Version that rounds train from. */
  base: ModelHash;
  /** Version that devices are told to serve; null: the newest. */
  served: ModelHash | null;
  rounds: number;
  /** True if the device waits for an assignment. */
  isWaiting: boolean;
}

/** Versions of all tasks, and their files. */
export class TestVersions {
  readonly states: ReadonlyMap<TaskName, TaskState>;
  readonly #models = new Map<ModelHash, ModelParts>();
  readonly #files = new Map<string, Uint8Array>();

  constructor(first: ReadonlyMap<TaskName, readonly [TestTask, ModelParts]>) {
    this.states = new Map(
      Array.from(first, ([name, [task, parts]]) => {
        const base = this.#store(parts);
        return [name, { task, name, versions: [base], base, served: null, rounds: 0, isWaiting: false }];
      }),
    );
  }

  /** Returns the task of that name, or the only one. Throws `task.unknown`. */
  stateOf(task: string | undefined): TaskState {
    const all = [...this.states.values()];
    const state = task === undefined && all.length === 1 ? all[0] : this.states.get(task as TaskName);
    if (state) return state;
    const names = all.map(({ name }) => name).join(', ');
    throw new MurmurationError(
      'task.unknown',
      `Name one of the tasks ${names}${task ? `; there is no "${task}"` : ''}.`,
    );
  }

  /** Throws `model.missing` for a version that the task lacks. */
  require({ versions, name }: TaskState, version: ModelHash): void {
    if (!versions.includes(version))
      throw new MurmurationError('model.missing', `The task "${name}" has no version ${version}.`);
  }

  /** Returns the parts of a version. Throws `model.missing`. */
  partsOf(version: ModelHash): ModelParts {
    const parts = this.#models.get(version);
    if (!parts) throw new MurmurationError('model.missing');
    return parts;
  }

  /** Adds a version. Throws `model.unusable` if the number of weights differs from the model's. */
  publish(state: TaskState, weights: Float32Array): ModelHash {
    const hash = this.#store({ ...this.partsOf(state.base), weights });
    if (!state.versions.includes(hash)) state.versions.push(hash);
    state.base = hash;
    return hash;
  }

  file(path: string): Uint8Array | undefined {
    const [, name] = /^\/v1\/tasks\/([^/]+)\/models\?limit=1$/.exec(path) ?? [];
    const state = this.states.get(name as TaskName);
    return state
      ? utf8(JSON.stringify({ models: [{ model: state.versions.at(-1) }] }))
      : this.#files.get(path);
  }

  #store(parts: ModelParts): ModelHash {
    const { hash, json, weights, weightsHash } = encodeModel(parts.topology, parts.layout, parts.weights);
    this.#models.set(hash, parts);
    this.#files.set(modelPath(hash), json);
    this.#files.set(modelPath(hash).replace('model.json', `${weightsHash}.bin`), weights);
    return hash;
  }
}
