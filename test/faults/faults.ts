// npm run faults -- NAME [--json] [arguments]: brings one kind of fault on a real coordinator, and counts what it did wrong.
import { Command } from 'commander';
import { type BenchmarkOptions, endOf, type Figures } from '../bench/benchmark.ts';

interface FaultRun {
  readonly brings: string;
  /** `run` returns what it counted; `failed` tells whether that is more than a coordinator may do wrong. */
  load(): Promise<{ run(options: BenchmarkOptions): Promise<{ figures: Figures; failed: boolean }> }>;
}

const runs: Record<string, FaultRun> = {
  attacks: {
    brings:
      'attackers of our own against every promise, and the same with the rule left out that holds against them',
    load: () => import('../attacks/attacks.ts'),
  },
  fuzz: {
    brings: 'malformed messages to sockets and HTTP, beside a cohort whose rounds go on',
    load: () => import('./fuzz/fuzz.ts'),
  },
  histories: {
    brings:
      'random histories to a coordinator under a virtual clock, whose invariants are checked after each step',
    load: () => import('./histories/histories.ts'),
  },
  kill: {
    brings: 'SIGKILL, or SIGSTOP, at random moments of masked rounds, after which they go on',
    load: () => import('./kill/kill.ts'),
  },
  partition: {
    brings:
      'cells that are cut off from PostgreSQL, devices or S3 for a while, in network namespaces (needs root)',
    load: () => import('./partition/partition.ts'),
  },
  planted: {
    brings: 'bugs to a copy of the sources, each of which a test has to find',
    load: () => import('./planted/planted.ts'),
  },
  replicas: {
    brings: 'SIGKILL to inference servers behind haproxy, one after another, while callers ask them',
    load: () => import('./replicas/replicas.ts'),
  },
};

const program = new Command('npm run faults --')
  .description('Brings one kind of fault on a real coordinator, and counts what it did wrong.')
  .exitOverride(error => process.exit(error.exitCode === 0 ? 0 : 2));

for (const [name, { brings, load }] of Object.entries(runs)) {
  program
    .command(name)
    .description(brings)
    .argument('[args...]', 'what the run takes')
    .option('--json', 'print one JSON object as the last line')
    .allowUnknownOption()
    .action(async (args: string[], { json = false }: { json?: boolean }) => {
      const { run } = await load();
      const options = { json, args, log: (line: string) => void process.stderr.write(`${line}\n`) };
      const { figures, failed } = await run(options).catch(endOf);
      console.log(json ? JSON.stringify(figures) : JSON.stringify(figures, undefined, 2));
      // What the run has opened is of no use any more, whatever state it is in.
      process.exit(failed ? 1 : 0);
    });
}

await program.parseAsync();
