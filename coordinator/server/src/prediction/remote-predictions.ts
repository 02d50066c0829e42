import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import type { Predict, Predicted } from '@murmuration/protocol/messages/predict';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { Limits } from '@murmuration/rounds/limits/limits';
import type { History } from '@murmuration/rounds/registry/ports';
import type { Registry } from '@murmuration/rounds/registry/registry';
import { knownTask } from '@murmuration/rounds/task/known-task';
import { withDeadline } from '@murmuration/rounds/timing/deadline';
import type { Predictor } from './predictor.ts';

/** ms after which an answer is no longer waited for: devices give up after 20 s. */
const patience = 15_000;
/** ms after which a device that found too many before it tries again. */
const retryAfter = 1_000;

interface PredictionPorts {
  readonly registry: Registry;
  readonly history: History;
  /** What devices serve. */
  readonly champion: (task: TaskName) => ModelHash;
  readonly clock: Clock;
  readonly limits: Pick<Limits, 'predictions'>;
}

/** Answers devices that can't run a model, for the tasks that offer it. Inputs go to the worker and nowhere else. */
export class RemotePredictions {
  readonly #servings: ReadonlyMap<TaskName, Predictor | null>;
  readonly #ports: PredictionPorts;
  /** Predictions that wait or are under way, of all tasks. */
  #waiting = 0;

  /** `servings`: by task; null where the task does not offer it. */
  constructor(servings: ReadonlyMap<TaskName, Predictor | null>, ports: PredictionPorts) {
    this.#servings = servings;
    this.#ports = ports;
  }

  /**
   * Throws `task.unknown`, `prediction.not-offered`, `prediction.too-many`, `prediction.timeout`, `model.missing` for an alias that no version
   * has, and what `Serving.predict` throws.
   */
  async answer({ task, version, input }: Predict): Promise<Predicted> {
    const serving = knownTask(this.#servings.get(task), task);
    if (serving === null) throw new MurmurationError('prediction.not-offered');
    const { limits, registry, clock } = this.#ports;
    if (this.#waiting >= limits.predictions)
      throw new MurmurationError('prediction.too-many', undefined, { after: retryAfter });
    this.#waiting += 1;
    const late = () => new MurmurationError('prediction.timeout');
    try {
      return await withDeadline({ clock, limit: patience, late }, async signal => {
        const model = await this.#find(task, version);
        signal.throwIfAborted();
        const logits = await serving.predict(model, () => registry.files(model), input, signal);
        return { model, logits: new Uint8Array(logits.buffer, logits.byteOffset, logits.byteLength) };
      });
    } finally {
      this.#waiting -= 1;
    }
  }

  async close(): Promise<void> {
    await Promise.all(Array.from(this.#servings.values(), serving => serving?.close()));
  }

  async #find(task: TaskName, alias: string): Promise<ModelHash> {
    if (alias === 'champion') return this.#ports.champion(task);
    const [newest] =
      alias === 'latest' ? await this.#ports.history.versions(task, Number.POSITIVE_INFINITY, 1) : [];
    if (!newest) throw new MurmurationError('model.missing', `The task ${task} has no version "${alias}".`);
    return newest.model;
  }
}
