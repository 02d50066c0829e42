// npm run bench -- NAME [--json] [arguments]: measures one thing beside its baseline.
import { Command } from 'commander';
import { type BenchmarkOptions, endOf, type Figures, overLimits } from './benchmark.ts';

interface Benchmark {
  readonly measures: string;
  load(): Promise<{ run(options: BenchmarkOptions): Promise<Figures> }>;
}

const benchmarks: Record<string, Benchmark> = {
  train: {
    measures:
      'training steps on the fused kernels, beside the backends of TensorFlow.js and, if asked, PyTorch',
    load: () => import('./train/train.ts'),
  },
  predict: {
    measures: 'a suggestion of the keyboard model with its state kept, beside tfjs-wasm',
    load: () => import('./predict/predict.ts'),
  },
  browser: {
    measures:
      'the SDK in headless Chromium: predictions while it trains, the main thread in a round, steps beside Node',
    load: () => import('./browser/browser.ts'),
  },
  aggregate: {
    measures: 'updates from wire bytes to their mean, beside a plain loop over numbers',
    load: () => import('./aggregate.ts'),
  },
  wire: {
    measures: 'bytes that cross the wire for each kind of update, beside the values themselves',
    load: () => import('./wire.ts'),
  },
  masks: {
    measures:
      'key streams of masks expanded and added, by each way that there is, beside the library in JavaScript',
    load: () => import('./masks.ts'),
  },
  hermes: {
    measures: 'a device’s part in a masked round on Hermes, the engine of React Native, beside Node',
    load: () => import('./hermes.ts'),
  },
  secagg: {
    measures: 'CPU seconds of a round under masking, beside the key streams alone',
    load: () => import('./secagg/secagg.ts'),
  },
  connections: {
    measures: 'a coordinator that many devices are connected to and check in at',
    load: () => import('./connections/connections.ts'),
  },
  cluster: {
    measures: 'check-ins at fronts and cells behind haproxy, beside a coordinator of one process',
    load: () => import('./cluster/cluster.ts'),
  },
  edge: {
    measures:
      'the memory of a coordinator at the edge through a masked round of 200 devices, beside the standard one',
    load: () => import('./edge/edge.ts'),
  },
  dashboard: {
    measures:
      'the operators’ page: what it weighs, how soon each page can be used after a long history, what open ones cost',
    load: () => import('./dashboard/dashboard.ts'),
  },
  serving: {
    measures:
      'the inference server over HTTP and gRPC, beside the bare engine, a bare echo, a plain route with tfjs-wasm, and FastAPI',
    load: () => import('./serving/serving.ts'),
  },
  serverless: {
    measures:
      'the start of inference on AWS Lambda, Google Cloud Functions and Cloudflare Workers, beside the server’s',
    load: () => import('./serverless/serverless.ts'),
  },
  ondemand: {
    measures: 'a thousand models on the memory of a hundred, asked over RabbitMQ, beside a perfect memory',
    load: () => import('./ondemand/ondemand.ts'),
  },
  monitoring: {
    measures: 'the time and memory of a drift report of many features',
    load: () => import('./monitoring/monitoring.ts'),
  },
  precompute: {
    measures:
      'a precompute job from CSV into SQLite, beside the bare engine, the bare CSV library and bare inserts; the same killed',
    load: () => import('./precompute/precompute.ts'),
  },
  accountant: {
    measures: 'ε by each accountant and the sensitivity of shared noise, beside a plain sum',
    load: () => import('./privacy/accountant.ts'),
  },
  noise: {
    measures: 'the noise of a round by each mechanism, beside normal numbers without cryptography',
    load: () => import('./privacy/noise.ts'),
  },
  rounds: {
    measures: 'a whole masked round over sockets, beside the same round unmasked',
    load: () => import('./rounds/rounds.ts'),
  },
  spread: {
    measures: 'one masked round over several cells behind a front, each with a part of it',
    load: () => import('./rounds/spread.ts'),
  },
  simulate: {
    measures:
      'rounds of the simulator, beside the trainings alone on the same threads, and what 10,000 devices weigh',
    load: () => import('./simulate/simulate.ts'),
  },
};

/** Names and values side by side; nested figures as `outer.inner`. */
function table(figures: Figures): string {
  const rows = (values: object, prefix: string): [string, string][] =>
    Object.entries(values).flatMap(([name, value]) =>
      typeof value === 'object' && value !== null
        ? rows(value, `${prefix}${name}.`)
        : [[prefix + name, readable(value)]],
    );
  const all = rows(figures, '');
  const width = Math.max(...all.map(([name]) => name.length));
  return all.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n');
}

function readable(value: unknown): string {
  return typeof value === 'number'
    ? value.toLocaleString('en', { maximumSignificantDigits: 6 })
    : String(value);
}

const program = new Command('npm run bench --')
  .description('Measures one thing beside its baseline.')
  .exitOverride(error => process.exit(error.exitCode === 0 ? 0 : 2));

for (const [name, { measures, load }] of Object.entries(benchmarks)) {
  program
    .command(name)
    .description(measures)
    .argument('[args...]', 'what the benchmark takes')
    .option('--json', 'print one JSON object as the last line')
    .allowUnknownOption()
    .action(async (args: string[], { json = false }: { json?: boolean }) => {
      const { run } = await load();
      const options = { json, args, log: (line: string) => void process.stderr.write(`${line}\n`) };
      const figures = await run(options).catch(endOf);
      console.log(json ? JSON.stringify(figures) : table(figures));
      const over = overLimits(figures);
      for (const line of over) console.error(line);
      if (over.length > 0) process.exitCode = 1;
    });
}

await program.parseAsync();
