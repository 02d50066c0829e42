import { move, Piscina, transferableSymbol, valueSymbol } from 'piscina';
import { jobRunner } from './job-runner.ts';
import type { Job, WorkerSetup } from './jobs.ts';

let runner: ReturnType<typeof jobRunner> | undefined;

/** What the pool calls. */
export default function work(job: Job): Promise<unknown> {
  runner ??= jobRunner(Piscina.workerData as WorkerSetup, moved);
  return runner.run(job);
}

/** A result of which one vector changes threads without a copy. */
function moved(result: object, vector: Float32Array | Uint8Array): unknown {
  return move({ [transferableSymbol]: vector.buffer, [valueSymbol]: result } as never);
}
