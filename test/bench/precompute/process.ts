import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A job in a process of its own. */
interface Order {
  /** Has the folder `models` with the model `small`. */
  readonly folder: string;
  readonly file: string;
  readonly into: string;
}

/** What the process reports at its end. */
export interface Report {
  /** From the beginning of the run to the switch to its rows. */
  readonly seconds: number;
  readonly reused: number;
  /** The most memory that the process had, MB. */
  readonly peakMB: number;
}

/** Starts it. `killedAfter` kills it with SIGKILL once the so-many-th start of its run has committed rows. */
export function precomputeProcess({ folder, file, into }: Order) {
  const child = fork(fileURLToPath(new URL('./job-process.ts', import.meta.url)), [folder, file, into], {
    stdio: ['ignore', 2, 2, 'ipc'],
  });
  const exited = once(child, 'exit');
  return {
    async ended(): Promise<Report> {
      let report: Report | undefined;
      child.on('message', message => {
        if (typeof message === 'object') report = message as Report;
      });
      await exited;
      if (!report) throw new Error('The job failed.');
      return report;
    },
    async killedAfter(attempt: number): Promise<void> {
      let isKilled = false;
      // Said at each commit: the start that it belongs to.
      child.on('message', message => {
        if (message !== attempt || isKilled) return;
        isKilled = true;
        child.kill('SIGKILL');
      });
      await exited;
      if (!isKilled) throw new Error(`The job ended before its start ${attempt} had committed rows.`);
    },
  };
}
