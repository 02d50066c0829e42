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
import type {
  MaskedRound,
  MaskedRoundSetup,
  MaskingEvent,
  UpdateProcessor,
} from '../update/update-processor.ts';
import { engineMemory } from './engine-memory.ts';

export interface WorkerOptions {
  /**
   * Folder (with a slash at its end) of the .wasm files of TensorFlow.js, for models that the fused kernels don't know; by default the
   * coordinator's, where that is the page's origin.
   */
  readonly wasmPath?: string;
  /**
   * The backends of TensorFlow.js to choose among, for models that the fused kernels don't know: `'wasm'`, the default, `webgl` of
   * `@murmuration/engine/webgl` and `webgpu` of `@murmuration/engine/webgpu`. `options.invalid` tells the page of any other.
   */
  readonly backends?: readonly BrowserBackend[];
  /** `auto`, the default: the fused kernels where they know the model and its loss. `generic`: those of TensorFlow.js always. */
  readonly engine?: 'auto' | 'generic';
  /** Bytes of memory that the fused kernels may take for training; by default a quarter of the device's, where the browser tells. */
  readonly memoryLimit?: number;
  /** By default true: the fused kernels give the same bytes on every machine. False lets them use relaxed SIMD, where there is any. */
  readonly reproducible?: boolean;
  /**
   * How many threads share the work of a training step, the worker's own included; 1 by default. More take a page that is cross-origin
   * isolated and, if it has a content security policy, allows workers from blobs; else one does it. The delta is the same bytes.
   */
  readonly threads?: number;
}

/** What a worker of an app does for its page. */
export interface WorkerService {
  /** Answered as soon as the script has called `serveTraining`. */
  isThere(): Promise<true>;
  train(
    id: number,
    model: ModelFiles,
    settings: TrainingSettings,
    examples: readonly unknown[],
    progress: ((done: number) => void) & ProxyMarked,
  ): Promise<TrainingResult>;
  /** Ends the training of that id, which is under way or waits for its turn. */
  stopTraining(id: number): Promise<void>;
  prepare(contribution: Contribution, assignment: Assignment): Promise<Uint8Array>;
  masked(terms: MaskedRoundSetup): Promise<MaskedRound & ProxyMarked>;
  draw: UpdateProcessor['draw'];
  /** Seconds of training and masking so far. */
  busy(): Promise<number>;
  open(model: ModelFiles): Promise<OpenModel & ProxyMarked>;
}

/**
 * What an app's worker calls: learns `objective` for the page that has the worker as its `workerTrainer`, and puts models to use for
 * one that has it as its `workerInference`. Each of them starts a worker of its own from the same file, so that training never delays
 * a prediction. An objective that must be loaded first is a promise: what the page asks waits for it.
 */
export function serveTraining<Example>(
  objective: Objective<Example> | Promise<Objective<Example>>,
  options: WorkerOptions = {},
): void {
  const service = Promise.resolve(objective).then(loaded => workerService(requireObjective(loaded), options));
  // Whoever asks is told.
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
    // What is out of reach now may be there at the next try.
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
        // It goes its own way to the page, which shall have heard all of it when the result comes.
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
