import { findLibrary } from '@murmuration/engine/onnx/library';
import { knownStructure, rememberStructure } from '@murmuration/engine/runtime/fused-structure';
import { loadLayers } from '@murmuration/engine/runtime/layers-model';
import type { Clock } from '@murmuration/protocol/time/clock';
import { steadyClock } from '@murmuration/protocol/time/system-clock';
import type { ModelContent } from '../source/source.ts';
import { ModelThread } from './model-thread.ts';
import { type OnnxRuntimeOptions, onnxRuntime } from './onnx.ts';
import type { LoadedModel, Runtime } from './runtime.ts';
import type { Described } from './thread.ts';

export interface ThreadOptions {
  /** Clock; by default one that keeps its pace when the system time is set. */
  readonly clock?: Clock;
  /** Maximum ms of one run, by default 30,000. */
  readonly running?: number;
  /** Bytes of all models, by default 1 GiB; the WebAssembly of a thread may take half a GiB more. */
  readonly memory?: number;
  readonly onnx?: OnnxRuntimeOptions;
  /**
   * True to run models that the fused kernels know in the calling thread, once they were built in another:
   * each has its own memory.
   */
  readonly fusedHere?: boolean;
}

/** Maximum ms to load a model. */
const loading = 60_000;
/** Bytes for data that models keep while they run. */
const runningModelBytes = 2 ** 29;

/**
 * Runtime for layers models and ONNX files in separate threads, which leave the calling one free and end if a
 * model breaks them or keeps them busy for too long. A model is tried in a new thread, and then runs in one
 * thread with the others of its platform; when that ends, all its models are lost. Only `onnxruntime-node`,
 * if it is installed, runs in the calling thread, since no other can host it.
 */
export function threadRuntime(options: ThreadOptions = {}): Runtime {
  const { clock = steadyClock(), running = 30_000, memory = 2 ** 30, onnx = {}, fusedHere } = options;
  /** Threads by platform. */
  const threads = new Map<ModelContent['platform'], ModelThread>();
  const trials = new Set<ModelThread>();
  let models = 0;

  /** Loads a model in a trial thread first; then in the shared thread of its platform, if there is one. */
  const loadApart = async (content: ModelContent, lost: Lost): Promise<LoadedModel> => {
    const { platform } = content;
    const trial = new ModelThread({ memory: memory + runningModelBytes, onnx }, clock, { loading, running });
    trials.add(trial);
    try {
      const own = await loadIn(trial, models++, content);
      if (own.structure && 'files' in content) {
        rememberStructure(content.files, own.structure);
        if (fusedHere) return await loadLayers(content.files);
      }
      const others = threads.get(platform);
      if (others?.isAlive) return modelIn(others, await loadIn(others, models++, content), lost);
      threads.set(platform, trial);
      trials.delete(trial);
      return modelIn(trial, own, lost);
    } finally {
      if (trials.delete(trial)) await trial.end();
    }
  };

  return {
    name: 'models, in threads',
    loads: ({ platform }) => ['tensorflowjs_layersmodel', 'onnx_onnxv1'].includes(platform),
    async load(content, lost) {
      if (content.platform === 'onnx_onnxv1' && (await isNative())) return onnxRuntime(onnx).load(content);
      const isKnown = 'files' in content && knownStructure(content.files) !== undefined;
      if (isKnown && fusedHere) return loadLayers(content.files);
      const others = threads.get(content.platform);
      return isKnown && others?.isAlive
        ? modelIn(others, await loadIn(others, models++, content), lost)
        : loadApart(content, lost);
    },
    async close() {
      await Promise.all([...threads.values(), ...trials].map(thread => thread.end()));
    },
  };
}

type Lost = (() => void) | undefined;

interface Loaded extends Pick<Described, 'structure'> {
  readonly model: number;
  readonly described: Described['described'];
}

async function loadIn(thread: ModelThread, model: number, content: ModelContent): Promise<Loaded> {
  // The release function can't be sent.
  const { release: _, ...sent } = content;
  const reply = await thread.ask({ kind: 'load', model, content: sent });
  if (!('described' in reply)) throw new Error('The thread did not describe the model.');
  return { model, ...reply };
}

function modelIn(thread: ModelThread, { model, described }: Loaded, lost: Lost): LoadedModel {
  const forget = lost && thread.onEnd(lost);
  return {
    ...described,
    async run(inputs, options) {
      const answer = await thread.ask({ kind: 'run', model, inputs, options });
      if (!('outputs' in answer)) throw new Error('The thread gave no outputs.');
      return answer.outputs;
    },
    async close() {
      forget?.();
      if (thread.isAlive) await thread.ask({ kind: 'close', model }).catch(() => {});
    },
  };
}

/** Returns true if ONNX runs in native code here. */
async function isNative(): Promise<boolean> {
  return (await findLibrary()).name === 'onnxruntime-node';
}
