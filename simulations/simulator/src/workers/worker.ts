import { move, Piscina, transferableSymbol, valueSymbol } from 'piscina';
import { jobRunner } from './job-runner.ts';
import type { Job, WorkerSetup } from './jobs.ts';

let runner: ReturnType<typeof jobRunner> | undefined;

/** Entry point for the pool. */
export default function work(job: Job): Promise<unknown> {
  runner ??= jobRunner(Piscina.workerData as WorkerSetup, moved);
  return runner.run(job);
}

/** Wraps a result so that its vector moves to another thread without a copy. */
function moved(result: object, vector: Float32Array | Uint8Array): unknown {
  return move({ [transferableSymbol]: vector.buffer, [valueSymbol]: result } as never);
}
