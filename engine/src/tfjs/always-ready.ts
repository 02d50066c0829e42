/**
 * TensorFlow.js as it can be used at any moment. By itself it has no backend while one is being started: an operation fails then, whoever has
 * begun the start and whatever was the backend before, and so does the first one of a process where the best backend starts slowly. Here a
 * backend starts beside the one that is in use, and takes its place once it is ready.
 */
import { backend_util, engine } from '#tfjs';

/** What of the engine of TensorFlow.js is changed; all of it is there in its minified builds as well. */
interface Engine {
  backendName: string | null;
  readonly registry: Record<string, unknown>;
  readonly registryFactory: Readonly<Record<string, { readonly factory: () => unknown }>>;
  getSortedBackends(): readonly string[];
  initializeBackend(name: string): Start;
  initializeBackendsAndReturnBest(): { readonly name: string; readonly asyncInit: boolean };
  setBackend(name: string): Promise<boolean>;
}

interface Start {
  readonly success: boolean | Promise<boolean>;
  readonly asyncInit: boolean;
}

/** Backends that take their time to start; no operation waits for them. */
const slow: ReadonlySet<string> = new Set(['wasm', 'webgpu']);
const done = Symbol.for('murmuration.always-ready');

/** Changes the engine that this process, worker or page has, once, whichever copy of the library has made it. */
export function keepReady(): void {
  const own = engine() as unknown as Engine & { [done]?: true };
  if (own[done]) return;
  own[done] = true;
  const { initializeBackend, initializeBackendsAndReturnBest, setBackend } = own;
  /** Those that start now, by name: each once, however many ask for it. */
  const starts = new Map<string, Start>();
  /** The backend that was asked for last. */
  let wanted: string | undefined;
  /** The one that serves until that is there; nobody has asked for it. */
  let meanwhile: string | undefined;

  own.initializeBackend = name => {
    if (own.registry[name]) return { success: true, asyncInit: false };
    const under = starts.get(name);
    if (under) return under;
    const factory = own.registryFactory[name]?.factory;
    if (!factory || !slow.has(name)) return initializeBackend.call(own, name);
    const success = begin(factory).then(
      backend => {
        own.registry[name] ??= backend;
        return true;
      },
      (cause: unknown) => {
        // As the library itself does.
        backend_util.warn(`The backend ${name} does not start:`, String(cause));
        return false;
      },
    );
    const start = { success: success.finally(() => starts.delete(name)), asyncInit: true };
    starts.set(name, start);
    return start;
  };

  own.setBackend = async name => {
    if (!own.registryFactory[name]) throw new Error(`Backend name '${name}' not found in registry`);
    if (name === meanwhile) {
      meanwhile = undefined;
      return setBackend.call(own, name);
    }
    wanted = name;
    if (!own.registry[name] && !(await own.initializeBackend(name).success)) return false;
    // Whoever has asked for another one since has that.
    return wanted === name ? setBackend.call(own, name) : true;
  };

  /** Where none is in use: one that is there at once. The one that was in use before the engine was reset comes back by itself. */
  own.initializeBackendsAndReturnBest = () => {
    const last = wanted;
    if (last !== undefined && own.registryFactory[last] && !own.registry[last])
      void own.setBackend(last).catch(() => {});
    const best = own
      .getSortedBackends()
      .find(name => own.registry[name] || (!slow.has(name) && own.initializeBackend(name).success === true));
    if (best === undefined) return initializeBackendsAndReturnBest.call(own);
    // The engine makes it the current one at once.
    meanwhile = best;
    return { name: best, asyncInit: false };
  };
}

/** As a promise, also of a start that throws. */
async function begin(factory: () => unknown): Promise<unknown> {
  return factory();
}
