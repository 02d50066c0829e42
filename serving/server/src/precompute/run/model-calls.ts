import type { Tensor } from '@murmuration/inference-client/tensors/tensor';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Clock } from '@murmuration/protocol/time/clock';
import { sleep } from '@murmuration/protocol/time/sleep';
import type { InferenceServer } from '../../server/inference-server.ts';
import type { Turns } from '../../server/turns.ts';
import { someRows } from '../../tensors/row-slices.ts';
import { type RowJson, rowsJson } from './row-json.ts';

/** Target ms of one model call, so that other requests need not wait longer. */
const goal = 20;
/** Maximum rows of one call, and rows of the first. */
const maxRowsOfCall = 1_024;
const firstRows = 32;
/** Maximum tries of a call that fails with a retryable error, and ms before the second one. */
const maxCalls = 6;
const firstRecallMs = 500;

interface CallPorts {
  readonly server: Pick<InferenceServer, 'infer'>;
  readonly clock: Clock;
  readonly turns: Turns;
}

/**
 * Runs rows through a version of a model on the inference server, in calls that are short enough to leave
 * room for others.
 */
export class ModelCalls {
  readonly #ports: CallPorts;
  readonly #model: string;
  readonly #version: string;
  #rows = firstRows;

  constructor(ports: CallPorts, model: string, version: string) {
    this.#ports = ports;
    this.#model = model;
    this.#version = version;
  }

  /**
   * Returns the model's answer for each row, or a reason why there is none. Throws errors that are not a
   * row's fault.
   */
  async run(inputs: readonly Tensor[], rows: number, signal: AbortSignal): Promise<readonly RowJson[]> {
    const all: RowJson[] = [];
    while (all.length < rows) {
      const count = Math.min(this.#rows, rows - all.length);
      const began = this.#ports.turns.now();
      all.push(...(await this.#call(inputs, all.length, count, signal)));
      this.#adapt(count, this.#ports.turns.now() - began);
    }
    return all;
  }

  #adapt(count: number, ms: number): void {
    if (ms > 2 * goal) this.#rows = Math.max(1, Math.floor(count / 2));
    else if (ms < goal && count === this.#rows) this.#rows = Math.min(maxRowsOfCall, 2 * this.#rows);
  }

  async #call(
    all: readonly Tensor[],
    from: number,
    rows: number,
    signal: AbortSignal,
  ): Promise<readonly RowJson[]> {
    try {
      const inputs = all.map(tensor => someRows(tensor, from, rows));
      const { outputs } = await this.#patiently(inputs, signal);
      return rowsJson(outputs, rows);
    } catch (error) {
      if (!(error instanceof MurmurationError) || error.code !== 'inference.input') throw error;
      if (rows === 1) return [{ reason: error.detail }];
      // Halves the rows to find the one at fault.
      const half = rows >> 1;
      return [
        ...(await this.#call(all, from, half, signal)),
        ...(await this.#call(all, from + half, rows - half, signal)),
      ];
    }
  }

  async #patiently(inputs: readonly Tensor[], signal: AbortSignal) {
    const { server, clock } = this.#ports;
    for (let tried = 1; ; tried++) {
      signal.throwIfAborted();
      try {
        return await server.infer(
          { model: this.#model, version: this.#version, inputs, protocol: 'precompute' },
          signal,
        );
      } catch (error) {
        const mayHelp =
          error instanceof MurmurationError && error.retryable && error.code !== 'server.stopping';
        if (!mayHelp || tried >= maxCalls) throw error;
        await sleep(error.after ?? firstRecallMs * 2 ** (tried - 1), clock, signal);
      }
    }
  }
}
