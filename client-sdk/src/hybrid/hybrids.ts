import type { Serving } from '@murmuration/engine/inference/serving';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import type { Serve, Welcome } from '@murmuration/protocol/messages/hello';
import type { Models } from '../models/models.ts';
import { newestVersion } from '../models/newest-version.ts';
import { PrivateLayers } from '../private-layers/private-layers.ts';
import type { Storage } from '../storage/storage.ts';
import type { GiveExamples } from '../training/examples.ts';
import type { Trainer } from '../training/trainer.ts';
import { asError } from '../training/training-errors.ts';
import type { Transport } from '../transport/transport.ts';
import type { HybridEvents } from './events.ts';
import type { Hybrid } from './hybrid.ts';
import type { HybridOptions } from './hybrid-options.ts';
import type { HybridPlatform } from './hybrid-platform.ts';
import type { Inference } from './inference.ts';
import { LoadedHybrid } from './loaded-hybrid.ts';
import { remotePrediction } from './remote.ts';
import { Verdicts } from './verdicts.ts';

export interface HybridsPorts {
  readonly platform: HybridPlatform;
  readonly storage: Storage;
  readonly transport: Pick<Transport, 'download' | 'request'>;
  /** True if no round keeps the device busy. */
  readonly isFree: () => boolean;
  readonly emit: <Name extends keyof HybridEvents>(
    name: Name,
    ...args: Parameters<HybridEvents[Name]>
  ) => void;
}

interface ServedTask {
  readonly hybrid?: HybridOptions;
  readonly examples: GiveExamples;
}

interface OfTask {
  readonly hybrid: LoadedHybrid;
  readonly models: Models;
  readonly serving: Serving<unknown>;
  readonly verdicts: Verdicts;
  readonly inference: Inference;
  /** Version to serve next, named while the current one loads; null in it: the newest. */
  next?: Pick<Serve, 'model'> | undefined;
  isUpdating?: boolean;
}

/** Hybrid models of a client: one for each task that is served. */
export class Hybrids {
  readonly #ports: HybridsPorts;
  readonly #ofTasks = new Map<TaskName, OfTask>();
  readonly #others = new Set<TaskName>();
  /** Tasks whose version to serve the coordinator has named on this connection. */
  readonly #told = new Set<TaskName>();
  #stop = new AbortController();

  constructor(ports: HybridsPorts) {
    this.#ports = ports;
  }

  /**
   * Adds a task. Throws `options.invalid` for personal models of a task that says numbers, and
   * `hybrid.not-served` if neither app nor platform can run its models.
   */
  add(task: TaskName, { hybrid: options, examples }: ServedTask, trainer: Trainer, models: Models): void {
    const { platform, storage, isFree, emit } = this.#ports;
    this.#others.add(task);
    if (!options) return;
    const inference = options.inference ?? platform.inference?.(options.serving);
    if (!inference)
      throw new MurmurationError(
        'hybrid.not-served',
        `This platform runs no models by itself; give "${task}" the option "hybrid.inference": workerInference(…) in a page, jsInference(…) or that of a webViewTrainer on a phone.`,
      );
    const serving = options.serving as Serving<unknown>;
    if (serving.says === 'numbers' && options.personal?.length)
      throw new MurmurationError(
        'options.invalid',
        `options.tasks.${task}.hybrid.personal has models, which are compared on classes, and the task says numbers; leave them out.`,
      );
    const verdicts = new Verdicts(storage, task);
    const hybrid = new LoadedHybrid({
      task,
      privateLayers: new PrivateLayers(storage, task),
      verdicts,
      remote: options.remote ? remotePrediction(task, serving, this.#ports.transport) : undefined,
      options,
      inference,
      trainer,
      storage,
      contentHash: platform.contentHash,
      clock: platform.clock,
      examples,
      newest: isRefused => models.current(isRefused),
      isIdle: async () => isFree() && (await platform.conditions()).idle !== false,
      emit,
    });
    this.#ofTasks.set(task, { hybrid, models, serving, verdicts, inference });
  }

  /** Returns what the session of a served task needs; undefined if the task is not served. */
  sessionOf(task: TaskName): Pick<OfTask, 'serving' | 'verdicts' | 'inference'> | undefined {
    return this.#ofTasks.get(task);
  }

  /** Throws `task.unknown`, or `hybrid.not-served` for a task without the option `hybrid`. */
  of(task: string): Hybrid {
    const found = this.#ofTasks.get(task as TaskName);
    if (found) return found.hybrid;
    if (this.#others.has(task as TaskName)) throw new MurmurationError('hybrid.not-served');
    throw new MurmurationError('task.unknown', `The app has no task "${task}".`);
  }

  start(): void {
    for (const { hybrid } of this.#ofTasks.values()) void hybrid.start();
  }

  /** Stops learning and closes the models, which open again on demand. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#stop = new AbortController();
    for (const ofTask of this.#ofTasks.values()) ofTask.next = undefined;
    await Promise.all(Array.from(this.#ofTasks.values(), ({ hybrid }) => hybrid.stop()));
  }

  /** Handles an event of a task's session; `model`: the version that has arrived. */
  heard(task: TaskName, event: string, model?: ModelHash): void {
    const found = this.#ofTasks.get(task);
    if (event === 'model') {
      void found?.hybrid.arrived();
      if (found && model) void this.#bringNgrams(model, found, this.#stop.signal);
    }
    // The device may be idle after it.
    else if (event === 'wait') found?.hybrid.consider();
  }

  /** Handles a new connection: its welcome will be newer than all earlier messages. */
  challenged(): void {
    this.#told.clear();
  }

  /**
   * Handles a welcome: also a device that no round has chosen gets the version to serve, the one
   * named by an operator or the newest.
   */
  connected({ tasks, serve }: Welcome): void {
    // A cell's welcome omits tasks that it doesn't have. Messages since the hello are newer than
    // the welcome, and may come before it.
    for (const { task } of tasks)
      if (!this.#told.has(task))
        this.#serve({ task, model: serve?.find(each => each.task === task)?.model ?? null });
  }

  /** Handles the coordinator's choice of the version to serve; null: the newest. */
  told(message: Serve): void {
    this.#told.add(message.task);
    this.#serve(message);
  }

  #serve({ task, model }: Serve): void {
    const ofTask = this.#ofTasks.get(task);
    if (!ofTask) return;
    ofTask.next = { model };
    if (!ofTask.isUpdating) void this.#updateAll(task, ofTask);
  }

  /** Updates one by one; of requests that come in the meantime, only the newest counts. */
  async #updateAll(task: TaskName, ofTask: OfTask): Promise<void> {
    ofTask.isUpdating = true;
    for (let next = ofTask.next; next; next = ofTask.next) {
      ofTask.next = undefined;
      await this.#update(task, next.model, ofTask, this.#stop.signal);
    }
    ofTask.isUpdating = false;
  }

  /** Loads the n-grams of a version that a round has brought, if the device serves it. */
  async #bringNgrams(model: ModelHash, { hybrid, models }: OfTask, signal: AbortSignal): Promise<void> {
    try {
      if (await models.named()) return;
      if (await models.loadNgrams(model, signal)) await hybrid.arrived();
    } catch (error) {
      if (!signal.aborted) this.#ports.emit('error', asError(error));
    }
  }

  async #update(
    task: TaskName,
    named: ModelHash | null,
    { hybrid, models }: OfTask,
    signal: AbortSignal,
  ): Promise<void> {
    const { transport, emit } = this.#ports;
    try {
      const pinned = await models.pin(named, signal);
      const model = named ?? (await newestVersion(transport, task, signal));
      if (!model) return;
      const { bytes } = pinned ?? (await models.loadServed(model, signal));
      if (bytes > 0) emit('model', { task, model, bytes });
      // The version also serves without n-grams.
      await models.loadNgrams(model, signal).catch(error => {
        if (!signal.aborted) emit('error', asError(error));
      });
      await hybrid.arrived(named !== null);
    } catch (error) {
      if (!signal.aborted) emit('error', asError(error));
    }
  }
}
