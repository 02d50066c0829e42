/**
 * Makes TensorFlow.js usable at any moment. Unchanged, it has no backend while one is being started: every
 * operation fails then, even if another backend was in use before, and so does the first operation of a
 * process whose best backend starts slowly. With this change, a backend starts next to the one in use, and
 * replaces it once it is ready.
 */
import { backend_util, engine } from '#tfjs';

/** Parts of the engine of TensorFlow.js that are changed; its minified builds have them too. */
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

/** Backends that start asynchronously; no operation waits for them. */
const slow: ReadonlySet<string> = new Set(['wasm', 'webgpu']);
const done = Symbol.for('murmuration.always-ready');

/**
 * Changes the engine of this process, worker or page, once, even if there are several copies of the library.
 */
export function keepReady(): void {
  const own = engine() as unknown as Engine & { [done]?: true };
  if (own[done]) return;
  own[done] = true;
  const { initializeBackend, initializeBackendsAndReturnBest, setBackend } = own;
  /** Backends that are starting, by name; requests for the same one share its start. */
  const starts = new Map<string, Start>();
  /** Backend that was requested last. */
  let wanted: string | undefined;
  /** Backend that serves until `wanted` is ready, without having been requested. */
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
        // The library warns in the same way.
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
    // If another one was requested since, that one stays.
    return wanted === name ? setBackend.call(own, name) : true;
  };

  /**
   * Called if no backend is in use: picks one that is ready at once. The one in use before a reset of the
   * engine comes back automatically.
   */
  own.initializeBackendsAndReturnBest = () => {
    const last = wanted;
    if (last !== undefined && own.registryFactory[last] && !own.registry[last])
      void own.setBackend(last).catch(() => {});
    const best = own
      .getSortedBackends()
      .find(name => own.registry[name] || (!slow.has(name) && own.initializeBackend(name).success === true));
    if (best === undefined) return initializeBackendsAndReturnBest.call(own);
    // The engine makes it current at once.
    meanwhile = best;
    return { name: best, asyncInit: false };
  };
}

/** Turns a start into a promise, even if it throws. */
async function begin(factory: () => unknown): Promise<unknown> {
  return factory();
}
