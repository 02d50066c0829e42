import { join } from 'node:path';
import { messageOf } from '@murmuration/protocol/errors/errors';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { requireRealTime } from '@murmuration/simulations/devices/real-time';
import { simulate } from '@murmuration/simulations/federation/simulate';
import { LiveReport } from '@murmuration/simulations/report/live-report';
import { Recorder } from '@murmuration/simulations/report/recorder';
import type { PlainData, RunBegun, RunEnded } from '@murmuration/simulations/run-events/run-event';
import { completeSettings } from '@murmuration/simulations/scenario/complete-settings';
import type { Scenario } from '@murmuration/simulations/scenario/define-scenario';
import type { Findings } from '@murmuration/simulations/study/study';
import type { OpenPool } from '@murmuration/simulations/workers/job-pool';
import type { RedisAddress } from '../queue/address.ts';
import { meansOf } from './means.ts';
import { Progress } from './progress.ts';
import { type RunAsked, runsAsked } from './runs-asked.ts';
import type { SimulateOptions } from './simulate-options.ts';

/** Number of device faults that are printed; further ones are only counted. */
const faultsTold = 3;

interface RunOver {
  readonly asked: RunAsked;
  readonly begun: RunBegun;
  readonly ended: RunEnded;
}

/** Runs all requested runs one after the other, and returns means over seeds. */
export async function runFederations(
  scenario: Scenario,
  options: SimulateOptions,
  signal: AbortSignal,
  out: NodeJS.WriteStream,
): Promise<Findings> {
  const set =
    options.seed === undefined ? options.set : [...options.set, { path: 'seed', value: options.seed }];
  const asked = runsAsked(scenario, set, options.sweep, options.seeds ?? scenario.seeds ?? 1);
  // Reports wrong settings before hours are spent on the first run.
  for (const { settings } of asked) {
    const { devices } = completeSettings(scenario, ...settings);
    if (options.transport === 'sockets') requireRealTime(devices);
  }
  const over: RunOver[] = [];
  const live = options.live ? new LiveReport(systemClock) : undefined;
  if (live) out.write(`The report so far is ${await live.open()}\n`);
  try {
    for (const each of asked) {
      if (signal.aborted) break;
      over.push(await runOne(scenario, each, asked.length, options, signal, out, live));
    }
  } finally {
    await live?.close();
  }
  const failures = over.flatMap(({ asked, ended }) =>
    ended.outcome === 'failed' ? [`${asked.label ? `${asked.label}: ` : ''}${ended.reason}`] : [],
  );
  const findings = findingsOf(scenario, over);
  return failures.length > 0 ? { ...findings, failure: failures.join('\n') } : findings;
}

/** Returns the label of a run: the user's name for it, and its differences from other runs. */
function labelOf({ variant, swept }: RunAsked, name: string | undefined): string | undefined {
  const values = swept
    // Every report names the seed separately.
    .filter(({ path }) => path !== 'seed')
    .map(({ path, value }) => `${path}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const parts = [name, variant, ...values].filter(part => part !== undefined);
  return parts.length > 0 ? parts.join(', ') : undefined;
}

async function runOne(
  scenario: Scenario,
  asked: RunAsked,
  runs: number,
  options: SimulateOptions,
  signal: AbortSignal,
  out: NodeJS.WriteStream,
  live: LiveReport | undefined,
): Promise<RunOver> {
  const settings = completeSettings(scenario, ...asked.settings);
  const { workers, transport, report, mlflow, name } = options;
  const isKept = report === true || (report === undefined && (mlflow ?? name) !== undefined);
  const folder = isKept ? 'runs' : report;
  const recorder = folder === undefined ? undefined : new Recorder(folder);
  const place = asked.label.replace(/[^\w.=-]+/g, '-');
  const checkpoint =
    options.checkpoint !== undefined && runs > 1 ? join(options.checkpoint, place) : options.checkpoint;
  const progress = new Progress(asked.label, settings.stop.rounds, systemClock, out);
  let begun: RunBegun | undefined;
  let ended: RunEnded | undefined;
  let faults = 0;
  const failed = (where: string, error: unknown) => {
    faults += 1;
    if (faults <= faultsTold) out.write(`\n${where}: ${messageOf(error)}\n`);
  };
  const rounds = simulate(scenario, {
    settings: asked.settings,
    workers: typeof workers === 'object' ? await sharedBy(workers, scenario, signal, out) : workers,
    transport,
    checkpoint,
    signal,
    failed,
    label: labelOf(asked, name),
    notes: options.notes,
    tell(event) {
      if (event.type === 'run-begun') begun = event;
      if (event.type === 'run-begun' && event.earlier)
        out.write(
          `\nThe run goes on with round ${event.earlier + 1}: ${checkpoint} has ${event.earlier} before it.\n`,
        );
      if (event.type === 'run-ended') ended = event;
      recorder?.take(event);
      live?.take(event);
    },
  });
  try {
    for await (const round of rounds) progress.round(round);
  } finally {
    progress.end();
    if (recorder?.folder !== undefined) out.write(`The report is ${await recorder.finish({ mlflow })}\n`);
    if (recorder?.folder !== undefined && mlflow !== undefined)
      out.write(
        `MLflow shows it by: MLFLOW_ALLOW_FILE_STORE=true mlflow ui --backend-store-uri ${mlflow} (versions before 3.11 need no variable; mlflow migrate-filestore takes it into a database)\n`,
      );
  }
  if (faults > faultsTold)
    out.write(`Devices told of ${faults} faults in all; the first ones stand above.\n`);
  if (ended!.outcome === 'stopped' && checkpoint !== undefined)
    out.write(`The same command goes on with the checkpoint in ${checkpoint}.\n`);
  return { asked, begun: begun!, ended: ended! };
}

/**
 * Opens the pool of a run on a queue that workers of other processes share. Loaded on demand, with the Redis
 * client.
 */
async function sharedBy(
  address: RedisAddress,
  { name }: Scenario,
  signal: AbortSignal,
  out: NodeJS.WriteStream,
): Promise<OpenPool> {
  const { openQueuePool } = await import('../queue/queue-pool.ts');
  const tell = (line: string) => out.write(`\n${line}\n`);
  return setup =>
    openQueuePool(setup, { address, name, clock: systemClock, random: systemRandom, tell, signal });
}

/** Returns one object per variant and combination of swept values, with means over seeds. */
function findingsOf(scenario: Scenario, over: readonly RunOver[]): Findings {
  const groups = new Map<string, RunOver[]>();
  for (const run of over) {
    const key = JSON.stringify([run.asked.variant, run.asked.swept]);
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  const found = Array.from(groups.values(), runs => ({ runs, figures: figuresOf(runs) }));
  const table = tableOf(scenario, found);
  const [only] = found;
  const { variant, swept } = only?.runs[0]?.asked ?? {};
  if (found.length === 1 && variant === undefined && swept?.length === 0)
    return { figures: { scenario: scenario.name, ...only!.figures }, table };
  const isSwept = over.some(run => run.asked.swept.length > 0);
  if (isSwept)
    return { figures: { scenario: scenario.name, runs: found.map(({ figures }) => figures) }, table };
  const byVariant = found.map(({ runs, figures }) => [runs[0]!.asked.variant!, figures] as const);
  return { figures: { scenario: scenario.name, ...Object.fromEntries(byVariant) }, table };
}

function figuresOf(runs: readonly RunOver[]): Record<string, PlainData> {
  const [{ asked, begun, ended: first }] = runs as [RunOver, ...RunOver[]];
  const hashes = runs.map(({ ended }) => ended.weightsSha256);
  const seconds = runs.reduce((sum, { ended }) => sum + ended.seconds, 0) / runs.length;
  return {
    ...(asked.variant === undefined ? {} : { variant: asked.variant }),
    ...(asked.swept.length === 0
      ? {}
      : { swept: Object.fromEntries(asked.swept.map(({ path, value }) => [path, value as PlainData])) }),
    ...meansOf(runs.map(({ ended }) => ended.figures)),
    seconds,
    seeds: runs.map(run => run.asked.seed),
    ...(runs.length > 1 ? { each: runs.map(({ ended }) => ended.figures) } : {}),
    outcome: outcomeOf(runs),
    weightsSha256: runs.length === 1 ? first.weightsSha256 : hashes,
    workers: begun.workers,
    transport: begun.transport,
    clients: begun.clients,
    published: begun.published as unknown as PlainData,
  };
}

/** Returns the worst outcome of the runs. */
function outcomeOf(runs: readonly RunOver[]): RunEnded['outcome'] {
  const outcomes = runs.map(({ ended }) => ended.outcome);
  if (outcomes.includes('failed')) return 'failed';
  return outcomes.includes('stopped') ? 'stopped' : 'finished';
}

function tableOf(
  scenario: Scenario,
  found: readonly { readonly runs: readonly RunOver[]; readonly figures: Record<string, PlainData> }[],
): string[][] {
  return found.flatMap(({ runs, figures }) => {
    const [{ asked, begun, ended }] = runs as [RunOver, ...RunOver[]];
    const title = asked.label.replace(/,? ?seed \d+$/, '') || scenario.name;
    const names = Object.keys(ended.figures);
    const hashes = runs.map(run => run.ended.weightsSha256 ?? 'none').join(' ');
    return [
      [title, runs.length > 1 ? `mean of ${runs.length} seeds` : `seed ${asked.seed}`],
      ...runs.filter(run => run.ended.outcome === 'failed').map(run => ['  failed', run.ended.reason]),
      ...names.map(name => [`  ${name}`, shown(figures[name] ?? null, scenario.metrics[name]?.unit)]),
      ['  seconds', shown(figures.seconds!, undefined)],
      ['  weights (SHA-256)', hashes],
      ...begun.published.map(each => [
        `  published: ${each.label}`,
        each.kind === 'metric'
          ? `${each.metric} ${shown(each.value, scenario.metrics[each.metric]?.unit)} (${each.source})`
          : `${each.rounds} rounds to ${each.metric} ${shown(each.target, scenario.metrics[each.metric]?.unit)} (${each.source})`,
      ]),
    ];
  });
}

function shown(value: PlainData, unit: 'share' | 'nats' | 'number' | undefined): string {
  if (value === null) return 'never';
  if (typeof value !== 'number') return typeof value === 'string' ? value : JSON.stringify(value);
  if (unit === 'share') return `${(100 * value).toFixed(2)} %`;
  return Number.isInteger(value) ? String(value) : value.toPrecision(4);
}
