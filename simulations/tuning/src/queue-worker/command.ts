import { availableParallelism, hostname } from 'node:os';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { Command } from 'commander';
import { whole } from '../options/values.ts';
import { readRedisAddress } from '../queue/address.ts';

interface Options {
  /** Address as typed. Parsed later, because commander would repeat a refused address with its password. */
  readonly queue: string;
  readonly threads?: number;
}

/** Defines `simulate worker`, which trains for the runs of other processes, on this machine or others. */
export function workerCommand(): Command {
  return new Command('worker')
    .description('trains for runs that were started with --workers and the same Redis, until Ctrl-C')
    .argument('[files...]', 'scenario files of your own; those of --list are known')
    .requiredOption('--queue <redis://host:port>', 'the Redis that runs and workers share')
    .option('--threads <number>', 'threads that train; one a processor by default', whole(1, 256))
    .action(async (files: string[], { queue, threads = availableParallelism() }: Options) => {
      const address = readRedisAddress(queue, process.env);
      const stop = new AbortController();
      const tell = (line: string) => process.stderr.write(`${line}\n`);
      process.once('SIGINT', () => {
        tell('The worker ends once its jobs are done. Press Ctrl-C again to end it at once.');
        stop.abort();
      });
      process.once('SIGTERM', () => stop.abort());
      const { work } = await import('./work.ts');
      await work({
        address,
        threads,
        files,
        name: `${hostname()}:${process.pid}`,
        clock: systemClock,
        random: systemRandom,
        tell,
        signal: stop.signal,
      });
    });
}
