import { MessageChannel } from 'node:worker_threads';
import { Piscina } from 'piscina';
import type { Results, TableJob, TablePart } from './worker.ts';

/** Pool of threads that compute parts of a table. */
export interface PartMaker {
  make<Made extends TablePart>(part: Made): Promise<Results[Made['part']]>;
  close(): Promise<void>;
}

/** Opens the pool; `log` is called with messages from the threads. */
export function partMaker(threads: number, log: (line: string) => void): PartMaker {
  const pool = new Piscina<TableJob, Results[TablePart['part']]>({
    filename: new URL('./worker.ts', import.meta.url).href,
    minThreads: 0,
    maxThreads: threads,
  });
  return {
    async make<Made extends TablePart>(part: Made): Promise<Results[Made['part']]> {
      const { port1, port2 } = new MessageChannel();
      port1.on('message', log);
      try {
        const made = await pool.run({ ...part, log: port2 }, { transferList: [port2] });
        return made as Results[Made['part']];
      } finally {
        port1.close();
      }
    },
    close: () => pool.destroy(),
  };
}
