import type { Serving } from '@murmuration/engine/inference/serving';
import { PromiseQueue } from '@murmuration/protocol/concurrency/promise-queue';
import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import type { ContentHash } from '../models/content-hash.ts';
import type { OutcomeRecord } from '../outcomes/outcome-record.ts';
import { predictionId } from '../outcomes/prediction-id.ts';
import type { PrivateLayers } from '../private-layers/private-layers.ts';
import { whileWanted } from '../retry/while-wanted.ts';
import type { Storage } from '../storage/storage.ts';
import { type GiveExamples, readExamples } from '../training/examples.ts';
import type { Trainer } from '../training/trainer.ts';
import { asError } from '../training/training-errors.ts';
import { adopt } from './adoption.ts';
import type { HybridEvents } from './events.ts';
import type { Hybrid, HybridReport, Prediction } from './hybrid.ts';
import type { HybridOptions } from './hybrid-options.ts';
import type { Inference } from './inference.ts';
import { type LearningPorts, learnAnew } from './learning.ts';
import type { OpenPersonal } from './personal.ts';
import { Refit } from './refit.ts';
import type { Remote } from './remote.ts';
import { hybridStore } from './saved-hybrid.ts';
import { answer, type Served } from './served.ts';
import { UnfinishedBuilds, unfinished } from './unfinished-builds.ts';
import type { Verdicts } from './verdicts.ts';
import { VersionJudge } from './version-judge.ts';

/** Default of `HybridOptions.refitAfter`. */
const refitAfter = 50;

export interface HybridPorts {
  readonly task: TaskName;
  readonly options: HybridOptions;
  readonly inference: Inference;
  readonly trainer: Trainer;
  readonly storage: Storage;
  /** Returns the SHA-256 in hexadecimal; by default on this thread. */
  readonly contentHash?: ContentHash | undefined;
  readonly clock: Clock;
  readonly examples: GiveExamples;
  /** Returns the newest global version on the device that is not refused. */
  readonly newest: (isRefused: (model: ModelHash) => boolean) => Promise<ModelFiles | undefined>;
  readonly isIdle: () => Promise<boolean>;
  readonly privateLayers: PrivateLayers;
  readonly verdicts: Verdicts;
  /** Asks the coordinator where this device can't run the model; undefined if the app forbids it. */
  readonly remote?: Remote | undefined;
  readonly emit: <Name extends 'personal' | 'version' | 'error'>(
    name: Name,
    ...args: Parameters<HybridEvents[Name]>
  ) => void;
}

const nothing: Served = { files: null, isKept: false, global: null, personal: new Map(), choice: null };

/**
 * Hybrid model of one task. What serves is replaced as a whole, once it is stored, so that neither a new
 * version, nor a crash, nor a failure leaves the device with less than before.
 */
export class ServedHybrid implements Hybrid {
  readonly #ports: HybridPorts;
  readonly #serving: Serving<unknown>;
  readonly #learning: LearningPorts;
  readonly #judge: VersionJudge;
  readonly #builds: UnfinishedBuilds;
  readonly #refit: Refit;
  #restored: Promise<void> | undefined;
  #served = nothing;
  /** Learning tasks, one at a time. */
  readonly #queue = new PromiseQueue();
  /** Examples observed since the last read of all examples. */
  #observed: unknown[] = [];
  #stop = new AbortController();
  /** Aborts learning from a version that the coordinator has replaced. */
  #replaced = new AbortController();
  #saving: Promise<void> | undefined;
  #predictions = 0;
  #outcomes: OutcomeRecord | undefined;
  #isUnsaved = false;
  /** True if this device failed to open the last model. */
  #cannotRun = false;

  constructor(ports: HybridPorts) {
    const { task, options, trainer, storage, contentHash, clock, isIdle } = ports;
    const inference = this.#watched(ports.inference);
    this.#ports = ports;
    this.#builds = new UnfinishedBuilds(storage, task);
    this.#serving = options.serving as Serving<unknown>;
    const { privateLayers, verdicts, emit } = ports;
    const { margin } = options;
    const serving = this.#serving;
    this.#judge = new VersionJudge({ task, serving, inference, privateLayers, verdicts, margin, emit });
    this.#learning = {
      task,
      serving,
      privateLayers,
      judge: this.#judge,
      inference,
      trainer,
      personal: options.personal ?? [],
      prior: options.prior,
      store: hybridStore(storage, task, contentHash),
      failed: error => this.#fail(error),
    };
    this.#refit = new Refit({
      clock,
      isIdle,
      learn: signal => this.learn(signal),
      failed: error => this.#fail(error),
    });
  }

  async predict(input: unknown, source: 'hybrid' | 'global' | 'personal' = 'hybrid'): Promise<Prediction> {
    await this.#restore();
    const { remote, clock } = this.#ports;
    const isAsked = remote && this.#cannotRun && !this.#served.global && source !== 'personal';
    const found = await (isAsked ? remote(input) : answer(this.#served, input, source));
    return { ...found, id: predictionId({ model: found.model, at: clock.now() }, this.#predictions++) };
  }

  async feedback(id: string, outcome: string): Promise<void> {
    // Loaded on demand: many apps report no outcomes.
    const { OutcomeRecord } = await import('../outcomes/outcome-record.ts');
    this.#outcomes ??= new OutcomeRecord(this.#ports);
    await this.#outcomes.add(id, outcome);
  }

  async observe(example: unknown): Promise<void> {
    await this.#restore();
    this.#observed.push(example);
    this.#teach(this.#served, [example]);
    if (this.#observed.length >= (this.#ports.options.refitAfter ?? refitAfter)) this.#refit.want();
    await this.#save();
  }

  async learn(signal?: AbortSignal): Promise<void> {
    await whileWanted(() => this.#restore(), signal, 'training.stopped');
    const ended = AbortSignal.any([this.#stop.signal, ...(signal ? [signal] : [])]);
    const { signal: replaced } = this.#replaced;
    try {
      await this.#queue.run(() => this.#learn(AbortSignal.any([ended, replaced])));
    } catch (error) {
      if (ended.aborted || !replaced.aborted) throw error;
      // Learns again from the new version, which serves by then.
      await this.learn(ended);
    }
  }

  report(): HybridReport | null {
    return this.#served.choice?.report ?? null;
  }

  /** Opens what is stored, and learns if there is a newer version. */
  async start(): Promise<void> {
    const { signal } = this.#stop;
    await this.#restore();
    if (!signal.aborted) await this.arrived();
  }

  /**
   * Handles a global version that may have arrived. By default it serves at once; the personal models and λ
   * are fitted to it once the device is idle. A version that the coordinator has `named` may replace a
   * withdrawn one, so learning from that stops.
   */
  async arrived(named = false): Promise<void> {
    const { signal } = this.#stop;
    try {
      await this.#restore();
      const newest = await this.#newest();
      const isNew =
        newest !== undefined &&
        newest.hash !== this.#served.files?.hash &&
        !(await this.#judge.hasRefused(newest.hash));
      // It was stopped in the meantime, and its models are closed.
      signal.throwIfAborted();
      if (isNew && (named || this.#ports.options.adopt !== 'when-idle')) {
        if (named) this.#replaced.abort();
        this.#replaced = new AbortController();
        await this.#queue.run(() => this.#adopt(signal));
      }
      const { files, choice } = this.#served;
      const isLeft = isNew && newest.hash !== files?.hash && !(await this.#judge.hasRefused(newest.hash));
      const isUnfitted = !choice || choice.report.model !== files?.hash;
      if (isLeft || (isUnfitted && this.#learning.personal.length > 0)) this.#refit.want();
    } catch (error) {
      if (!signal.aborted) this.#fail(error);
    }
  }

  /** Starts a requested refit if the device is idle now. */
  consider(): void {
    this.#refit.consider();
  }

  /** Stops learning, saves observed examples, and closes the models; the next prediction opens them again. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#stop = new AbortController();
    await this.#refit.stop();
    await this.#queue.idle();
    await this.#saving;
    await this.#restored;
    this.#restored = undefined;
    const served = this.#served;
    this.#served = nothing;
    await close(served, nothing);
    await this.#ports.inference.close();
  }

  /** Wraps an inference to track whether this device can run models at all. */
  #watched(inference: Inference): Inference {
    return {
      open: async files => {
        try {
          const model = await this.#builds.during(files.hash, () => inference.open(files));
          this.#cannotRun = false;
          return model;
        } catch (error) {
          this.#cannotRun = true;
          throw error;
        }
      },
      close: () => inference.close(),
    };
  }

  #newest(but?: ModelHash): Promise<ModelFiles | undefined> {
    return this.#ports.newest(model => model === but || this.#builds.has(model));
  }

  #restore(): Promise<void> {
    this.#restored ??= this.#open();
    return this.#restored;
  }

  /** Opens what is stored, or else the newest version. Reports damaged entries, which are made again. */
  async #open(): Promise<void> {
    const { store, inference, personal: models } = this.#learning;
    const attempt = async <Value>(work: () => Promise<Value>): Promise<Value | null> => {
      try {
        return await work();
      } catch (error) {
        this.#fail(error);
        return null;
      }
    };
    for (const model of (await attempt(() => this.#builds.find())) ?? []) this.#fail(unfinished(model));
    const kept = await attempt(() => store.global());
    const stored = kept && this.#builds.has(kept.hash) ? null : kept;
    const first = stored ?? (await attempt(() => this.#newest())) ?? null;
    let files = first;
    let global = first && (await attempt(() => inference.open(first)));
    // Another version on the device is better than none.
    const other = first && !global && (await attempt(() => this.#newest(first.hash)));
    if (other && other.hash !== first.hash) {
      files = other;
      global = await attempt(() => inference.open(other));
    }
    const personal = new Map<string, OpenPersonal>();
    for (const model of models) {
      const bytes = (await attempt(() => store.personal(model.name))) ?? model.empty;
      if (!bytes || (model.needsGlobal && !files)) continue;
      const open = await attempt(() => model.open(bytes, files, this.#learning));
      if (open) personal.set(model.name, open);
    }
    const choice = await attempt(() => store.choice());
    this.#served = { files, isKept: stored !== null && files === stored, global, personal, choice };
  }

  async #learn(signal: AbortSignal): Promise<void> {
    const { task, examples, emit } = this.#ports;
    const before = this.#served;
    const files = (await this.#newest()) ?? before.files;
    const read = await readExamples(examples);
    this.#observed = [];
    emit('personal', { task, phase: 'learning', progress: 0, report: this.report() });
    const progress = (done: number) =>
      emit('personal', { task, phase: 'learning', progress: done, report: this.report() });
    const next = await learnAnew(before, files, read, this.#learning, signal, progress);
    this.#served = next;
    // Teaches what was typed during the learning.
    this.#teach(next, this.#observed);
    // A running write may be of the previous models: another one must follow.
    if (this.#saving) this.#isUnsaved = true;
    await this.#save();
    await close(before, next);
    emit('personal', { task, phase: 'ready', progress: 1, report: this.report() });
  }

  /** Replaces the served version with the newest one; personal models stay as they are. */
  async #adopt(signal: AbortSignal): Promise<void> {
    const { task, examples, emit } = this.#ports;
    const before = this.#served;
    const files = await this.#newest();
    if (!files || files.hash === before.files?.hash) return;
    const next = await adopt(before, files, examples, this.#learning, signal);
    this.#served = next;
    await close(before, next);
    if (next !== before) emit('personal', { task, phase: 'ready', progress: 1, report: this.report() });
  }

  #teach({ personal }: Served, examples: readonly unknown[]): void {
    for (const model of personal.values()) for (const example of examples) model.observe?.(example);
    if (examples.length > 0) this.#isUnsaved = true;
  }

  /** Saves, one write at a time; examples observed during a write are in the next one. */
  #save(): Promise<void> {
    this.#saving ??= this.#write().finally(() => {
      this.#saving = undefined;
    });
    return this.#saving;
  }

  async #write(): Promise<void> {
    while (this.#isUnsaved) {
      this.#isUnsaved = false;
      for (const [name, model] of this.#served.personal) {
        const bytes = model.bytes?.();
        if (!bytes) continue;
        try {
          await this.#learning.store.putPersonal(name, bytes);
        } catch (error) {
          this.#fail(error);
        }
      }
    }
  }

  #fail(error: unknown): void {
    this.#ports.emit('error', asError(error));
  }
}

/** Closes the models that no longer serve. */
async function close(before: Served, next: Served): Promise<void> {
  if (before.global !== next.global) await before.global?.close();
  for (const [name, model] of before.personal) if (next.personal.get(name) !== model) await model.close();
}
