// A thread of the coordinator's process that kills or stops it while its main thread is at whatever it is at.
import { writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { cells, phases } from './agreed.mjs';

const shared = new Int32Array(/** @type {SharedArrayBuffer} */ (workerData));
const never = new Int32Array(new SharedArrayBuffer(4));

Atomics.wait(shared, cells.target, 0);
const target = Atomics.load(shared, cells.target);
for (;;) {
  const phase = Atomics.load(shared, cells.phase);
  if (phase === target) break;
  Atomics.wait(shared, cells.phase, phase);
}
Atomics.wait(never, 0, 0, Atomics.load(shared, cells.delay) / 1_000);
writeSync(1, `killed ${phases[Atomics.load(shared, cells.phase)]}\n`);
process.kill(process.pid, Atomics.load(shared, cells.stop) ? 'SIGSTOP' : 'SIGKILL');
