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
  /** By default one that nobody sets. */
  readonly clock?: Clock;
  /** ms for one run, by default 30,000. */
  readonly running?: number;
  /** Bytes of all models, by default 1 GiB; the WebAssembly of a thread may take half a GiB more. */
  readonly memory?: number;
  readonly onnx?: OnnxRuntimeOptions;
  /** Whether models that the fused kernels know run in the thread that asks, once they were built in another: each has memory of its own. */
  readonly fusedHere?: boolean;
}

/** ms for loading a model. */
const loading = 60_000;
/** Bytes for what models keep while they run. */
const kept = 2 ** 29;

/**
 * Layers models of `layersRuntime`, and those in files of ONNX, in threads of their own, which leave this one to others, and which end where a
 * model breaks them, or keeps them busy for too long. A model is tried in a fresh thread, and then runs with the others of its platform
 * in one; when that ends, each of its models is lost. `onnxruntime-node` alone, where it is installed, runs here: no thread can hold it.
 */
export function threadRuntime(options: ThreadOptions = {}): Runtime {
  const { clock = steadyClock(), running = 30_000, memory = 2 ** 30, onnx = {}, fusedHere } = options;
  /** What runs models, by their platform. */
  const threads = new Map<ModelContent['platform'], ModelThread>();
  const trials = new Set<ModelThread>();
  let models = 0;

  /** Of a model that could be loaded in a thread of its own: in the one of all others, if there is any. */
  const loadApart = async (content: ModelContent, lost: Lost): Promise<LoadedModel> => {
    const { platform } = content;
    const trial = new ModelThread({ memory: memory + kept, onnx }, clock, { loading, running });
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
  // What releases it stays here.
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

/** Whether ONNX runs by native code here. */
async function isNative(): Promise<boolean> {
  return (await findLibrary()).name === 'onnxruntime-node';
}
