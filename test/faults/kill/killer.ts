// A thread of the coordinator's process that kills it while its main thread is at whatever it is at.
import { writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { arrangements, phases } from './phases.ts';

const cells = new Int32Array(workerData as SharedArrayBuffer);
const never = new Int32Array(new SharedArrayBuffer(4));

for (;;) {
  Atomics.wait(cells, arrangements.target, 0);
  const target = Atomics.load(cells, arrangements.target);
  for (;;) {
    const phase = Atomics.load(cells, arrangements.phase);
    if (phase === target) break;
    Atomics.wait(cells, arrangements.phase, phase);
  }
  Atomics.wait(never, 0, 0, Atomics.load(cells, arrangements.delay) / 1_000);
  writeSync(1, `killed ${phases[Atomics.load(cells, arrangements.phase)]}\n`);
  process.kill(process.pid, 'SIGKILL');
}
