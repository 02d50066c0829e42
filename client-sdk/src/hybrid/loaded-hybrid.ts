import { once } from '@murmuration/protocol/concurrency/once';
import { whileWanted } from '../retry/while-wanted.ts';
import { asError } from '../training/training-errors.ts';
import type { Hybrid, HybridReport, Prediction } from './hybrid.ts';
import type { HybridPorts, ServedHybrid } from './served-hybrid.ts';

/**
 * Loads the code that serves, learns and mixes: most of the SDK's script, useless to apps that serve nothing.
 */
export const loadServedHybrid = once(() => import('./served-hybrid.ts'));

/** Hybrid model of one task, whose code is loaded on first use. */
export class LoadedHybrid implements Hybrid {
  readonly #ports: HybridPorts;
  readonly #load: () => Promise<ServedHybrid>;
  /** Set once the code is loaded. */
  #hybrid: ServedHybrid | undefined;
  #isLoading = false;

  constructor(ports: HybridPorts, load: typeof loadServedHybrid = loadServedHybrid) {
    this.#ports = ports;
    this.#load = once(async () => {
      this.#isLoading = true;
      const { ServedHybrid } = await load();
      this.#hybrid = new ServedHybrid(ports);
      return this.#hybrid;
    });
  }

  predict(
    input: unknown,
    source?: 'hybrid' | 'global' | 'personal',
    signal?: AbortSignal,
  ): Promise<Prediction> {
    return whileWanted(async () => (await this.#load()).predict(input, source), signal);
  }

  feedback(id: string, outcome: string, signal?: AbortSignal): Promise<void> {
    return whileWanted(async () => (await this.#load()).feedback(id, outcome), signal);
  }

  observe(example: unknown, signal?: AbortSignal): Promise<void> {
    return whileWanted(async () => (await this.#load()).observe(example), signal);
  }

  async learn(signal?: AbortSignal): Promise<void> {
    const hybrid = await whileWanted(() => this.#load(), signal, 'training.stopped');
    await hybrid.learn(signal);
  }

  report(): HybridReport | null {
    return this.#hybrid?.report() ?? null;
  }

  start(): Promise<void> {
    return this.#tell(hybrid => hybrid.start());
  }

  arrived(named = false): Promise<void> {
    return this.#tell(hybrid => hybrid.arrived(named));
  }

  consider(): void {
    this.#hybrid?.consider();
  }

  /** Before its first use only the inference, opened by others, needs closing. */
  async stop(): Promise<void> {
    if (this.#isLoading) await this.#tell(hybrid => hybrid.stop());
    else await this.#ports.inference.close();
  }

  /** Runs `what`; a failure to load the code is an `error` event, and the next call tries again. */
  async #tell(what: (hybrid: ServedHybrid) => Promise<void>): Promise<void> {
    let hybrid: ServedHybrid;
    try {
      hybrid = await this.#load();
    } catch (error) {
      this.#ports.emit('error', asError(error));
      return;
    }
    await what(hybrid);
  }
}
