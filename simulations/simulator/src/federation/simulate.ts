import { sdkVersion } from '@murmuration/client-sdk/device/sdk-version';
import { softmaxLoss } from '@murmuration/engine/objective/losses';
import type { Statement } from '@murmuration/privacy/statements/statement';
import { messageOf } from '@murmuration/protocol/errors/errors';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import type {
  PartCosts,
  PlainData,
  RoundEnded,
  RunBegun,
  RunEnded,
  RunEvent,
} from '../run-events/run-event.ts';
import { completeSettings } from '../scenario/complete-settings.ts';
import type { GivenSettings, RunProgress, Scenario } from '../scenario/define-scenario.ts';
import type { FederatedData } from '../scenario/federated-data.ts';
import type { CommonSettings } from '../scenario/settings.ts';
import { compareClients } from './client-comparison.ts';
import { type FederationOptions, openFederation, type VirtualFederation } from './federation.ts';
import { maskingInForce } from './masking-in-force.ts';
import { failureOf, isReached, stopReason } from './stopping.ts';

export interface SimulationOptions extends FederationOptions {
  /** Settings in addition to the scenario's; of several, later ones take precedence. */
  readonly settings?: GivenSettings | readonly GivenSettings[];
  /** Called with all events of the run in order; the last one says how the run ended. */
  readonly tell?: (event: RunEvent) => void;
  /** Ends the run after the round that is under way. */
  readonly signal?: AbortSignal;
  /** Name of this run in addition to the scenario's, such as the value that differs from other runs. */
  readonly label?: string | undefined;
  /** Free-form notes on the run. */
  readonly notes?: string | undefined;
}

/**
 * Runs a scenario round by round: `for await (const round of simulate(scenario)) …`. The generator returns
 * the last event. The run pauses between two rounds until the caller asks for the next, and ends with the
 * loop.
 * @throws `config.*` for wrong settings
 */
export async function* simulate<Settings extends CommonSettings, Example>(
  scenario: Scenario<Settings, Example>,
  { settings: given = {}, tell: told, signal, ...options }: SimulationOptions = {},
): AsyncGenerator<RoundEnded, RunEnded> {
  const tell = told ?? (() => {});
  const startedAt = systemClock.now();
  const settings = completeSettings(scenario, ...[given].flat());
  const data = await scenario.data(settings);
  const federation = await openFederation(scenario as never, settings, data, options);
  const progress = {
    clients: data.clients.length,
    measured: [...federation.measured],
    ended: [] as RoundEnded[],
    rounds: federation.earlier,
    reachedAt: null as number | null,
  };
  const { target } = settings.stop;
  const better = target ? scenario.metrics[target.metric]?.better : undefined;
  const look = () => {
    progress.reachedAt ??=
      progress.measured.find(({ metrics }) => isReached(target, better, metrics))?.round ?? null;
  };
  // Stopping must not wait for the comparison; versions lack private layers, without which a client's model
  // is incomplete.
  const compares = () =>
    told !== undefined &&
    progress.ended.length > 0 &&
    signal?.aborted !== true &&
    settings.plan.privateLayers.length === 0;
  const compare = async () => {
    const withExamples = Array.from(data.clients.keys()).filter(client => data.clients[client]!.length > 0);
    try {
      const { clients } = settings.evaluation;
      for (const compared of await compareClients(federation, clients, withExamples, progress.rounds))
        tell(compared);
    } catch (error) {
      // The rounds are over, and the model is valid without the comparison.
      options.failed?.('the comparison of clients', error);
    }
  };
  const finished = async (outcome: RunEnded['outcome'], reason: string): Promise<RunEnded> => {
    const seconds = (systemClock.now() - startedAt) / 1_000;
    const weightsSha256 = outcome === 'failed' ? null : await federation.weightsHash();
    const spent = await federation.spent();
    const own = scenario.figures?.(progress, settings) ?? {};
    const costs = federation.costs();
    const figures = figuresOf(progress, {
      ...(costs && costFigures(costs)),
      ...(spent && privacyFigures(spent)),
      ...own,
    });
    const event: RunEnded = { type: 'run-ended', outcome, reason, seconds, figures, weightsSha256, costs };
    tell(event);
    return event;
  };
  let hasEnded = false;
  try {
    tell(await begun(scenario, settings, federation, data, startedAt, options));
    for (;;) {
      look();
      const reason = stopReason(settings.stop, progress, federation.elapsed);
      const isStopped = signal?.aborted === true;
      if (reason !== undefined || isStopped) {
        hasEnded = true;
        const failure = federation.earlier === 0 ? failureOf(progress.ended) : undefined;
        if (failure !== undefined) return await finished('failed', failure);
        if (compares()) await compare();
        return await finished(
          reason === undefined ? 'stopped' : 'finished',
          reason ?? 'A person stopped it between two rounds.',
        );
      }
      const round = await federation.next();
      progress.rounds = round.number;
      progress.ended.push(round);
      const measured = numbersOf(round.metrics);
      if (measured) progress.measured.push({ round: round.number, metrics: measured });
      tell(round);
      yield round;
    }
  } catch (error) {
    hasEnded = true;
    await finished('failed', messageOf(error));
    throw error;
  } finally {
    if (!hasEnded) await finished('stopped', 'The program that followed the run left it.');
    await federation.close();
  }
}

/** Returns the figures of every run, with those of the scenario. */
function figuresOf({ measured, rounds, reachedAt }: RunProgress, own: Readonly<Record<string, PlainData>>) {
  return { rounds, reachedAt, ...measured.at(-1)?.metrics, ...own };
}

/** Returns the mean costs of a device's part in a round; joules are an estimate. */
function costFigures({ bytesDown, bytesUp, seconds, memory, joules }: PartCosts): Record<string, PlainData> {
  return {
    bytesDownPerPart: bytesDown.mean,
    bytesUpPerPart: bytesUp.mean,
    secondsPerPart: seconds.mean,
    memoryPerPart: memory.mean,
    joulesPerPart: joules.mean,
  };
}

/** Returns ε and δ of a device over all versions of the run; ε is null if none holds. */
function privacyFigures(spent: Statement): Record<string, PlainData> {
  return { epsilon: spent.holds ? spent.epsilon : null, delta: spent.delta };
}

function numbersOf(metrics: RoundEnded['metrics']): Record<string, number> | undefined {
  const numbers = Object.entries(metrics ?? {}).filter(
    (entry): entry is [string, number] => entry[1] !== null,
  );
  return numbers.length > 0 ? Object.fromEntries(numbers) : undefined;
}

async function begun<Settings extends CommonSettings, Example>(
  scenario: Scenario<Settings, Example>,
  settings: Settings,
  federation: VirtualFederation,
  data: FederatedData<Example>,
  startedAt: number,
  { transport = 'loopback', label, notes }: SimulationOptions,
): Promise<RunBegun> {
  const { seed, ...sections } = settings;
  return {
    type: 'run-begun',
    format: 1,
    scenario: scenario.name,
    ...(label ? { label } : {}),
    ...(notes ? { notes } : {}),
    shows: scenario.shows,
    settings: JSON.parse(JSON.stringify(sections)),
    seed,
    startedAt,
    versions: { murmuration: sdkVersion, node: process.version, engine: await federation.engine() },
    workers: federation.workers,
    transport,
    clients: data.clients.length,
    firstModelSha256: federation.firstModelSha256,
    earlier: federation.earlier,
    metrics: scenario.metrics,
    lossUnit: scenario.objective(settings, data).loss === softmaxLoss ? 'nats' : 'number',
    published: scenario.published?.(settings) ?? [],
    privacy: { masking: maskingInForce(federation.task, federation.count) },
  };
}
