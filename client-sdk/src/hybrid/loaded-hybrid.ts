import { once } from '@murmuration/protocol/concurrency/once';
import { asError } from '../training/training-errors.ts';
import type { Hybrid, HybridReport, Prediction } from './hybrid.ts';
import type { HybridPorts, ServedHybrid } from './served-hybrid.ts';

/** What serves, learns and mixes: the larger part of the SDK's script, which an app that serves nothing has no use for. */
export const loadServedHybrid = once(() => import('./served-hybrid.ts'));

/** The hybrid model of one task, whose script is loaded when it is first used. */
export class LoadedHybrid implements Hybrid {
  readonly #ports: HybridPorts;
  readonly #load: () => Promise<ServedHybrid>;
  /** There once it is loaded. */
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

  async predict(input: unknown, source?: 'hybrid' | 'global' | 'personal'): Promise<Prediction> {
    return (await this.#load()).predict(input, source);
  }

  async feedback(id: string, outcome: string): Promise<void> {
    await (await this.#load()).feedback(id, outcome);
  }

  async observe(example: unknown): Promise<void> {
    await (await this.#load()).observe(example);
  }

  async learn(signal?: AbortSignal): Promise<void> {
    await (await this.#load()).learn(signal);
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

  /** Before it was used there is nothing to stop but what others opened. */
  async stop(): Promise<void> {
    if (this.#isLoading) await this.#tell(hybrid => hybrid.stop());
    else await this.#ports.inference.close();
  }

  /** A script that does not come is an error like any other: the next time it is asked for again. */
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
