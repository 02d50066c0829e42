import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { steadyClock } from '@murmuration/protocol/time/system-clock';
import type { PrecomputeEvents } from '@murmuration/serving/precompute/events';
import type { PrecomputeJob } from '@murmuration/serving/precompute/job/job';
import type { Precomputation } from '@murmuration/serving/precompute/precomputation';
import type { Command } from 'commander';
import { modelSource } from '../arguments/model-source.ts';
import { databaseOfJobs, intoHelp, loadJobs } from '../arguments/precompute-jobs.ts';
import { loadTransformers, transformerOption } from '../arguments/transformers.ts';
import { note, say, sayJson } from '../output/output.ts';
import { precomputeNotes } from '../output/precompute-notes.ts';
import { RowProgress } from '../output/row-progress.ts';

interface PrecomputeOptions {
  readonly from: string;
  readonly into?: string;
  readonly watch?: boolean;
  readonly all?: boolean;
  readonly transformer: readonly string[];
  readonly provider?: readonly string[];
  readonly json?: boolean;
}

/** Adds `murmuration precompute FILE [JOB]`. */
export function precomputeCommand(program: Command): void {
  program
    .command('precompute')
    .description('run a model over many inputs ahead of time, and put its answers into a table')
    .argument('<file>', 'the jobs: a module whose default export is made by precompute(), or JSON')
    .argument('[job]', 'the one to run (default: all, one after the other)')
    .requiredOption('-f, --from <source>', 'where models come from: the URL of a coordinator, or a folder')
    .option('--into <database>', intoHelp)
    .option('--all', 'compute all rows, those that are unchanged too')
    .option('-w, --watch', 'go on: run jobs when they are due, and when their model means another version')
    .option(...transformerOption)
    .option('--provider <name...>', 'execution providers of ONNX Runtime for models in ONNX')
    .option('--json', 'print JSON, for programs')
    .action(async (file: string, name: string | undefined, given: PrecomputeOptions) => {
      const jobs = chosen(await loadJobs(file), name, file);
      const bars = new Map<string, RowProgress>();
      const { precomputation, close } = await open(jobs, given, bars);
      const stop = () => void close().then(() => process.exit(given.watch ? 0 : 130));
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
      if (given.watch) {
        precomputation.schedule();
        say(`Jobs run when they are due: ${precomputation.names.join(', ')}`);
        return;
      }
      let failures = 0;
      for (const job of jobs) {
        const run = await precomputation
          .run(job.name, { all: given.all ?? false })
          .catch((error: unknown) => {
            if (!(error instanceof MurmurationError)) throw error;
            failures += 1;
            return null;
          });
        if (given.json) sayJson({ job: job.name, ...run });
        for (const { line, key, reason } of run?.failures.slice(0, 10) ?? [])
          note(`  line ${line}${key === null ? '' : `, key ${key}`}: ${reason}`);
      }
      await close();
      if (failures > 0) process.exitCode = 1;
    });
}

function chosen(
  jobs: readonly PrecomputeJob[],
  name: string | undefined,
  file: string,
): readonly PrecomputeJob[] {
  if (name === undefined) return jobs;
  const found = jobs.filter(job => job.name === name);
  if (found.length > 0) return found;
  const names = jobs.map(job => job.name).join(', ');
  throw new MurmurationError('config.invalid', `${file} has no job "${name}". There is: ${names}.`);
}

/** Opens an inference server without listeners, and the jobs on it. */
async function open(
  jobs: readonly PrecomputeJob[],
  { from, into, transformer, provider }: PrecomputeOptions,
  bars: Map<string, RowProgress>,
): Promise<{ readonly precomputation: Precomputation; close(): Promise<void> }> {
  const transformers = await loadTransformers(transformer);
  const clock = steadyClock();
  // Loaded only here, so that no other command waits for the engine.
  const [{ openServer }, { Precomputation }, { threadRuntime }, { systemTurns }] = await Promise.all([
    import('@murmuration/serving/assembly/open-server'),
    import('@murmuration/serving/precompute/precomputation'),
    import('@murmuration/serving/runtime/thread-runtime'),
    import('@murmuration/serving/adapters/system-turns'),
  ]);
  const source = await modelSource(from, clock, error => precomputeNotes.fault?.(from, error));
  const server = openServer({
    source,
    transformers,
    runtimes: [threadRuntime({ clock, onnx: { providers: provider }, fusedHere: true })],
    clock,
  });
  const events: PrecomputeEvents = {
    ...precomputeNotes,
    progressed(job, counts, share) {
      let bar = bars.get(job);
      if (!bar) {
        bar = new RowProgress(job, clock, process.stderr);
        bars.set(job, bar);
      }
      bar.show(counts, share);
    },
    ended(...what) {
      bars.get(what[0])?.end();
      bars.delete(what[0]);
      precomputeNotes.ended?.(...what);
    },
    failed(...what) {
      bars.get(what[0])?.end();
      bars.delete(what[0]);
      precomputeNotes.failed?.(...what);
    },
  };
  const precomputation = new Precomputation(jobs, {
    server,
    source,
    into: await databaseOfJobs(into),
    clock,
    turns: systemTurns,
    events,
  });
  return {
    precomputation,
    async close() {
      await precomputation.close();
      await server.close();
    },
  };
}
