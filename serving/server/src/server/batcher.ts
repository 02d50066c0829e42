import { kinds } from '@murmuration/inference-client/tensors/datatype';
import type { Tensor } from '@murmuration/inference-client/tensors/tensor';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { LoadedModel } from '../runtime/runtime.ts';
import { joinedData, someRows } from '../tensors/row-slices.ts';
import type { Batching } from './settings.ts';
import type { Turns } from './turns.ts';

/** Inputs of one request that wait to be run. */
export interface WaitingInputs {
  readonly inputs: readonly Tensor[];
  readonly lengths?: readonly number[] | undefined;
  readonly logits?: boolean | undefined;
  /** Request that waits for it; `isOver` once it no longer does. */
  readonly asker: { readonly isOver: boolean };
}

export interface Ran {
  readonly outputs: readonly Tensor[];
  /** Milliseconds from `run` to the start of the execution. */
  readonly waited: number;
}

interface Waiting extends WaitingInputs {
  readonly since: number;
  readonly rows: number;
  /** Key of requests that can run together; null to run on its own. */
  readonly key: string | null;
  readonly resolve: (ran: Ran) => void;
  readonly reject: (error: unknown) => void;
}

/** Runs the requests of one model in batches, one execution after the other. */
export class Batcher {
  readonly #model: LoadedModel;
  readonly #batching: Batching;
  readonly #turns: Turns;
  readonly #executed: (rows: number, ms: number) => void;
  readonly #isBatchable: boolean;
  #queue: Waiting[] = [];
  #isRunning = false;
  #isDue = false;

  constructor(
    model: LoadedModel,
    batching: Batching,
    turns: Turns,
    executed: (rows: number, ms: number) => void,
  ) {
    this.#model = model;
    this.#batching = batching;
    this.#turns = turns;
    this.#executed = executed;
    this.#isBatchable = [...model.inputs, ...model.outputs].every(({ shape }) => shape[0] === -1);
  }

  /** Resolves when the model has answered; rejects if it failed with these inputs. */
  run(job: WaitingInputs): Promise<Ran> {
    const rows = job.inputs[0]?.shape[0] ?? 1;
    const key = this.#keyOf(job, rows);
    const since = this.#turns.now();
    return new Promise((resolve, reject) => {
      this.#queue.push({ ...job, rows, key, since, resolve, reject });
      this.#arm();
    });
  }

  #keyOf({ inputs, lengths, logits }: WaitingInputs, rows: number): string | null {
    if (!this.#isBatchable || rows < 1 || rows > this.#batching.maxBatch) return null;
    let key = logits ? 'logits;' : '';
    if (lengths) return `${key}lengths`;
    for (const { shape } of inputs) {
      if (shape[0] !== rows) return null;
      for (let at = 1; at < shape.length; at++) key += `${shape[at]},`;
      key += ';';
    }
    return key;
  }

  #arm(): void {
    if (this.#isRunning || this.#isDue) return;
    this.#isDue = true;
    this.#turns.soon(() => {
      this.#isDue = false;
      this.#next();
    });
  }

  #next(): void {
    if (this.#isRunning) return;
    const batch = this.#take();
    if (batch.length === 0) return;
    this.#isRunning = true;
    this.#execute(batch)
      .catch(error => {
        for (const each of batch) each.reject(error);
      })
      .finally(() => {
        this.#isRunning = false;
        // Requests that waited while the model was busy wait no longer.
        if (this.#queue.length > 0) this.#next();
      });
  }

  /** Takes the first request that is still waited for, and those behind it that can run with it. */
  #take(): readonly Waiting[] {
    if (this.#queue.some(({ asker }) => asker.isOver))
      this.#queue = this.#queue.filter(each => {
        if (each.asker.isOver) each.reject(new MurmurationError('prediction.timeout'));
        return !each.asker.isOver;
      });
    const queue = this.#queue;
    const [first] = queue;
    if (!first) return [];
    if (first.key === null || first.rows === this.#batching.maxBatch) {
      queue.shift();
      return [first];
    }
    const batch: Waiting[] = [];
    const rest: Waiting[] = [];
    let rows = 0;
    for (const each of queue) {
      const joins = each.key === first.key && rows + each.rows <= this.#batching.maxBatch;
      (joins ? batch : rest).push(each);
      if (joins) rows += each.rows;
    }
    this.#queue = rest;
    return batch;
  }

  async #execute(batch: readonly Waiting[]): Promise<void> {
    const [first] = batch;
    if (!first) return;
    const began = this.#turns.now();
    try {
      const isSingle = batch.length === 1;
      const { inputs, lengths } = isSingle ? first : together(batch);
      const outputs = await this.#model.run(inputs, { lengths, logits: first.logits });
      const rows = batch.reduce((sum, each) => sum + each.rows, 0);
      this.#executed(rows, this.#turns.now() - began);
      let from = 0;
      for (const each of batch) {
        const own = isSingle ? outputs : outputs.map(output => someRows(output, from, each.rows));
        from += each.rows;
        each.resolve({ outputs: own, waited: began - each.since });
      }
    } catch (error) {
      if (batch.length === 1) throw error;
      // It is unknown whose inputs were at fault, so each runs on its own.
      for (const each of batch) await this.#execute([each]).catch(each.reject);
    }
  }
}

/** Joins inputs along the first dimension; rows of different lengths are padded to the longest. */
function together(batch: readonly Waiting[]): {
  inputs: readonly Tensor[];
  lengths?: readonly number[] | undefined;
} {
  const [first] = batch as readonly [Waiting];
  const rows = batch.reduce((sum, each) => sum + each.rows, 0);
  if (!first.lengths) {
    const inputs = first.inputs.map(({ name, datatype, shape }, index): Tensor => {
      const parts = batch.map(({ inputs }) => (inputs[index] as Tensor).data);
      return { name, datatype, shape: [rows, ...shape.slice(1)], data: joinedData(parts, datatype) };
    });
    return { inputs };
  }
  const steps = Math.max(...batch.map(({ inputs }) => inputs[0]?.shape[1] ?? 0));
  const { name, datatype } = first.inputs[0] as Tensor;
  const data = kinds[datatype as 'INT32'].make(rows * steps) as Int32Array;
  let row = 0;
  for (const { inputs } of batch) {
    const { shape, data: own } = inputs[0] as Tensor;
    const [count = 0, length = 0] = shape;
    for (let at = 0; at < count; at++, row++)
      data.set((own as Int32Array).subarray(at * length, (at + 1) * length), row * steps);
  }
  return {
    inputs: [{ name, datatype, shape: [rows, steps], data }],
    lengths: batch.flatMap(({ lengths }) => lengths ?? []),
  };
}
