import { type LoadedModel, layersContent, type Runtime } from '@murmuration/serving/runtime/runtime';
import { echoRuntime } from './echo-runtime.ts';

/** Echoes, once a test lets each execution go on; tells what ran together. */
export class HeldRuntime implements Runtime {
  readonly name = 'held';
  readonly #echo = echoRuntime();
  /** Rows of each execution so far. */
  readonly executions: number[] = [];
  /** Models in memory. */
  readonly loaded = new Set<string>();
  /** While true, executions wait. */
  isHeld = false;
  bytes = 4;
  #waiting: (() => void)[] = [];

  loads = this.#echo.loads;

  async load(content: Parameters<Runtime['load']>[0]): Promise<LoadedModel> {
    const model = await this.#echo.load(content);
    const { hash } = layersContent(content).files;
    this.loaded.add(hash);
    return {
      ...model,
      bytes: this.bytes,
      run: async inputs => {
        // The first run warms it up.
        if (this.isHeld) await new Promise<void>(resolve => this.#waiting.push(resolve));
        const [first] = inputs;
        if (first?.datatype === 'FP32' && (first.data as Float32Array).includes(666))
          throw new Error('The model does not like 666.');
        this.executions.push(first?.shape[0] ?? 0);
        return model.run(inputs);
      },
      close: async () => {
        this.loaded.delete(hash);
      },
    };
  }

  /** Executions that wait. */
  get waiting(): number {
    return this.#waiting.length;
  }

  release(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  async close(): Promise<void> {}
}
