import { frozenLayersOf } from '@murmuration/engine/models/frozen-layers';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import type { Plan, PlanControl } from '@murmuration/protocol/messages/plan';
import type { ArmQuery, Query } from '@murmuration/protocol/queries/query';
import type { Manifest } from '@murmuration/protocol/weights/model-files';
import type { ModelVersion } from '../registry/model-version.ts';
import type { Head } from '../registry/ports.ts';
import { fewestAnswers } from '../task/answer-noise.ts';
import type { CentralRounds } from './central-rounds.ts';
import { offerTraining } from './offer-training.ts';
import type { DriverPorts } from './ports.ts';
import type { RoundParts } from './round-parts.ts';
import type { RoundsUnderWay } from './rounds-under-way.ts';
import type { Occasion, ScheduleState } from './schedule.ts';
import { splitOf } from './split-of.ts';
import { clipFor, controlFor, fairnessFor } from './state-for.ts';
import type { Trainings } from './trainings.ts';

/** Dependencies of the next round. */
interface NextRoundParts extends RoundParts {
  readonly underWay: RoundsUnderWay;
  readonly central: CentralRounds | undefined;
  readonly trainings: Trainings | undefined;
  readonly schedule: () => ScheduleState;
}

/** True if a task's rounds run only in training runs, and none is open. */
export const isBetweenRuns = ({ runs }: Pick<DriverPorts, 'runs'>) =>
  runs !== undefined && runs.openRun === undefined;

/** Next round of a task: of a query, of devices that train, or without devices. */
export class NextRound {
  readonly #parts: NextRoundParts;

  constructor(parts: NextRoundParts) {
    this.#parts = parts;
  }

  /**
   * Begins the round, unless there is nothing to do any more, and waits for its end and that of the buffers
   * after it. Throws if it can't begin.
   */
  async begin(occasion: Occasion): Promise<void> {
    const { registry, inquiries, settings, ports, central, schedule } = this.#parts;
    const { head, files, newest } = await registry.current(settings.task.name);
    if (this.#hasStopped) return;
    const { upcoming } = settings;
    const armFor = (query: ArmQuery) => ports.arms?.next(query, fewestAnswers(upcoming, query));
    const query =
      occasion === 'command'
        ? undefined
        : inquiries.next(upcoming, ports.clock.now(), schedule().pace === 'paused', armFor);
    if (!query && (occasion === 'query' || isBetweenRuns(ports))) return;
    settings.takeOver();
    if (query) return this.#ask(query, head.version.model, files);
    central?.follow(newest);
    if (central?.makesNext) return this.#trainHere(central, head.version);
    return this.#train(head, files, occasion === 'command');
  }

  /**
   * Offers devices of a masked asynchronous task training from the current version; if that can't be read,
   * the next round tries again.
   */
  async offerAnew(): Promise<void> {
    await this.#offer().catch(error =>
      this.#parts.ports.events.emit('fault', 'offering a version to train from', error),
    );
  }

  get #hasStopped(): boolean {
    return this.#parts.schedule().life === 'stopped';
  }

  async #train(head: Head, files: Pick<Manifest, 'topology' | 'layout'>, isEarly: boolean): Promise<void> {
    const { settings, maker, times, succession, underWay, ports } = this.#parts;
    const { task } = settings;
    const { count } = splitOf(task, files).shared;
    const privacy = await ports.privacy.next(task, head.version.contributors > 0, count);
    if (this.#hasStopped || isBetweenRuns(ports)) return;
    const control = await this.#control(head, count);
    const frozenLayers = frozenLayersOf(files);
    const bases = await this.#offer(head.version, frozenLayers);
    if (this.#hasStopped || isBetweenRuns(ports)) return;
    const own = { fairness: fairnessFor(task, head, count), clip: clipFor(task, head, count) };
    const terms = maker.terms(task, head.version, { ...own, privacy, control, bases, frozenLayers });
    times.began(terms.startedAt, task.interval);
    if (terms.kind === 'buffer') succession.begins(terms.plan.model, terms.number, files.layout);
    const carried = underWay.begin(maker.open(task, terms, files.layout));
    if (isEarly) ports.recall();
    await carried;
  }

  /**
   * Returns the control variates in a plan from the head, with c if devices get it; undefined if the strategy
   * has none.
   */
  async #control(head: Head, count: number): Promise<PlanControl | undefined> {
    const { settings, registry } = this.#parts;
    const asked = controlFor(settings.task, head, count);
    if (!asked) return undefined;
    const { values, ...control } = asked;
    return { ...control, file: (await registry.storeBeside(head.version.model, values)) as ModelHash };
  }

  async #ask(defined: Query, model: ModelHash, files: Pick<Manifest, 'topology' | 'layout'>): Promise<void> {
    const { settings, inquiries, maker, underWay, ports } = this.#parts;
    const { task } = settings;
    const query = await maker.withVersions(defined);
    const { answers } = ports.privacy;
    const own = answers.concerns(task, query)
      ? await answers.next(task, query, () => inquiries.hasShown(task, query))
      : undefined;
    if (this.#hasStopped) return;
    const { count } = splitOf(task, files).shared;
    const privacy = own && { ...own, ...ports.privacy.totalOf(task, count) };
    const terms = maker.termsOfQuery(task, query, model, privacy);
    inquiries.begun(query.name, terms.startedAt);
    const carried = underWay.begin(maker.open(task, terms, files.layout));
    ports.recall();
    await carried;
  }

  /** Waits for the end of a round without devices. */
  async #trainHere(central: CentralRounds, base: ModelVersion): Promise<void> {
    const { settings, maker, times, underWay, ports } = this.#parts;
    const { clock, runs } = ports;
    const { id, number, startedAt } = maker.next();
    times.began(startedAt, settings.task.interval);
    const round = { task: settings.task, base, round: id, number, run: runs?.openRun };
    await central.run(round, {
      over(record) {
        if (record.outcome === 'failed') times.failed(clock.now());
        underWay.tell(record);
      },
      async counted(record) {
        await runs?.ended(record);
        // From here on devices go on.
        if (!central.makesNext) ports.recall();
      },
    });
  }

  /** Makes the offer; returns the bases of a buffer's plan. */
  async #offer(version?: ModelVersion, frozen: readonly string[] = []): Promise<Plan['bases']> {
    const { trainings, central, settings, registry, ports } = this.#parts;
    if (!trainings || central?.makesNext) return undefined;
    return offerTraining(trainings, settings.task, { registry, history: ports.history }, version, frozen);
  }
}
