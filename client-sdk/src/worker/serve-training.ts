import {
  type BrowserChoice,
  servedWasmPath,
  startBrowserBackend,
  startForFused,
} from '@murmuration/engine/backend/browser-backend';
import { type BrowserBackend, requireBackends } from '@murmuration/engine/backend/browser-backends';
import type { Objective } from '@murmuration/engine/objective/objective';
import { requireObjective } from '@murmuration/engine/objective/objective-of';
import { tfjsTrainer } from '@murmuration/engine/training/tfjs-trainer';
import type { TrainingResult } from '@murmuration/engine/training/trainer';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { MaskingEvent } from '@murmuration/protocol/messages/masking-event';
import type { TrainingSettings } from '@murmuration/protocol/messages/plan';
import type { Assignment } from '@murmuration/protocol/messages/round';
import { portable } from '@murmuration/protocol/primitives/portable';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { Stopwatch } from '@murmuration/protocol/time/stopwatch';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import { expose, type ProxyMarked, proxy, releaseProxy, transfer } from 'comlink';
import { browserMemoryLimit } from '../device/browser-memory.ts';
import type { Inference, OpenModel } from '../hybrid/inference.ts';
import { tfjsInference } from '../hybrid/tfjs-inference.ts';
import { localUpdateProcessor } from '../update/local-update-processor.ts';
import type { Contribution } from '../update/prepare.ts';
import type { MaskedRound, MaskedRoundSetup, UpdateProcessor } from '../update/update-processor.ts';
import { engineMemory } from './engine-memory.ts';

export interface WorkerOptions {
  /**
   * Folder (with a slash at its end) of the .wasm files of TensorFlow.js, for models that the fused kernels
   * don't support; by default the coordinator's, if that is the page's origin.
   */
  readonly wasmPath?: string;
  /**
   * Backends of TensorFlow.js to choose from, for models that the fused kernels don't support: `'wasm'`,
   * `webgl` of `@murmuration/engine/webgl` and `webgpu` of `@murmuration/engine/webgpu`. The page gets
   * `options.invalid` for others.
   * @default ['wasm']
   */
  readonly backends?: readonly BrowserBackend[];
  /**
   * `auto`: the fused kernels if they support model and loss. `generic`: always those of TensorFlow.js.
   * @default 'auto'
   */
  readonly engine?: 'auto' | 'generic';
  /**
   * Bytes of memory for training with fused kernels; by default a quarter of the
   * device's, if the browser reports it.
   */
  readonly memoryLimit?: number;
  /**
   * True if the fused kernels must give the same bytes on every machine; false allows relaxed SIMD.
   * @default true
   */
  readonly reproducible?: boolean;
  /**
   * Threads that share the work of a training step, including the worker's own. More than 1 need a page that
   * is cross-origin isolated and, with a content security policy, allows workers from blobs; otherwise one is
   * used. The delta has the same bytes.
   * @default 1
   */
  readonly threads?: number;
}

/** Service of an app's worker for its page. */
export interface WorkerService {
  /** Resolves as soon as the script has called `serveTraining`. */
  isThere(): Promise<true>;
  train(
    id: number,
    model: ModelFiles,
    settings: TrainingSettings,
    examples: readonly unknown[],
    progress: ((done: number) => void) & ProxyMarked,
  ): Promise<TrainingResult>;
  /** Stops the training with that id, running or waiting. */
  stopTraining(id: number): Promise<void>;
  prepare(contribution: Contribution, assignment: Assignment): Promise<Uint8Array>;
  masked(terms: MaskedRoundSetup): Promise<MaskedRound & ProxyMarked>;
  draw: UpdateProcessor['draw'];
  /** Returns the seconds of training and masking so far. */
  busy(): Promise<number>;
  open(model: ModelFiles): Promise<OpenModel & ProxyMarked>;
}

/**
 * Learns `objective` for the page that has this worker as its `workerTrainer`, and runs models for one that
 * has it as its `workerInference`; called by an app's worker. Each starts its own worker from the same file,
 * so that training never delays a prediction. The objective may be a promise: requests wait for it.
 */
export function serveTraining<Example>(
  objective: Objective<Example> | Promise<Objective<Example>>,
  options: WorkerOptions = {},
): void {
  const service = Promise.resolve(objective).then(loaded => workerService(requireObjective(loaded), options));
  // Requests report the error.
  service.catch(() => {});
  expose({
    isThere: async () => true,
    train: async (...args) => (await service).train(...args),
    stopTraining: async id => (await service).stopTraining(id),
    prepare: async (...args) => (await service).prepare(...args),
    masked: async terms => (await service).masked(terms),
    draw: async (...args) => (await service).draw(...args),
    busy: async () => (await service).busy(),
    open: async model => (await service).open(model),
  } satisfies WorkerService);
}

function workerService<Example>(
  objective: Objective<Example>,
  { wasmPath = servedWasmPath(), backends = ['wasm'], ...trainerOptions }: WorkerOptions,
): Omit<WorkerService, 'isThere'> {
  const chosen = requireBackends(backends);
  let started: Promise<BrowserChoice> | undefined;
  const startBackend = () => {
    started ??= startBrowserBackend({ wasmPath, backends: chosen, memory: engineMemory() });
    // A failed start may succeed at the next try.
    started.catch(() => {
      started = undefined;
    });
    return started;
  };
  const trainer = tfjsTrainer(objective, {
    memoryLimit: browserMemoryLimit(),
    ...trainerOptions,
    startBackend,
  });
  const ready = startForFused();
  const updateProcessor = localUpdateProcessor(portable, systemRandom);
  const trainings = new Map<number, AbortController>();
  let inference: Inference | undefined;
  const busy = new Stopwatch(() => systemClock.elapsed!() / 1_000);
  return {
    busy: async () => busy.sum,
    async train(id, model, settings, examples, progress) {
      const stop = new AbortController();
      trainings.set(id, stop);
      try {
        await ready;
        // Progress goes to the page separately, and must arrive before the result.
        let told: unknown;
        const result = await busy.during(() =>
          trainer.train(model, settings, examples, stop.signal, done => {
            told = progress(done);
          }),
        );
        await told;
        return transfer(result, [result.delta.buffer as ArrayBuffer]);
      } finally {
        trainings.delete(id);
        (progress as unknown as { [releaseProxy](): void })[releaseProxy]();
      }
    },
    async stopTraining(id) {
      trainings.get(id)?.abort();
    },
    async prepare(contribution, assignment) {
      const update = await busy.during(() => updateProcessor.prepare(contribution, assignment));
      return transfer(update, [update.buffer as ArrayBuffer]);
    },
    draw: (...args) => updateProcessor.draw(...args),
    async masked(terms) {
      const round = await busy.during(() => updateProcessor.masked(terms));
      return proxy({
        enter: (saved: Uint8Array | undefined) => busy.during(() => round.enter(saved)),
        hear: (event: MaskingEvent, message: Uint8Array) => busy.during(() => round.hear(event, message)),
        forget: () => round.forget(),
        async mask(contribution: Contribution, assignment: Assignment) {
          const standing = await busy.during(() => round.mask(contribution, assignment));
          return transfer(standing, [standing.update.buffer as ArrayBuffer]);
        },
      });
    },
    async open(model) {
      const { serving } = objective;
      if (!serving)
        throw new MurmurationError('hybrid.not-served', "The worker's objective names no `serving`.");
      await ready;
      inference ??= tfjsInference(serving, startBackend);
      return proxy(await inference.open(model));
    },
  };
}
