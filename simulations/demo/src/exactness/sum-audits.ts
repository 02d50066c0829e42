import { PromiseQueue } from '@murmuration/protocol/concurrency/promise-queue';
import type { DeviceId } from '@murmuration/protocol/ids/ids';
import type { Figures } from '@murmuration/protocol/queries/figures';
import { contentHash, type FileBeside } from '@murmuration/protocol/weights/model-files';
import type { CoordinatorEvents } from '@murmuration/rounds/events/events';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import type { StrategyState } from '@murmuration/rounds/strategy/strategy';
import type { Task } from '@murmuration/rounds/task/task';
import { AnswerAudit } from './answer-audit.ts';
import { ExactnessAudit, type InitialModel, type Unknown } from './audit.ts';
import type { PlainUpdate } from './plain-update.ts';

/** Arguments of the audits of a task. */
export interface Audited {
  readonly task: Task;
  /** Head that its first round starts from. */
  readonly head: { readonly model: InitialModel; readonly state?: StrategyState | undefined };
  readonly events: Pick<CoordinatorEvents, 'on'>;
  /** Result of a round of a query; null if it has none. */
  readonly shown: (record: RoundRecord) => Promise<Figures | null>;
  /** Returns the file of n-grams of a version that is made now; undefined if it has none. */
  readonly ngrams: () => Promise<Uint8Array | undefined>;
  readonly isStranger: (device: DeviceId) => boolean;
  /** Time when this start began, ms since 1970. */
  readonly since: number;
  /** Called with a round whose sum differs from what its phones sent. */
  readonly differs: (record: RoundRecord) => void;
}

/** Checks every sum of a task: of updates, and of answers. */
export class SumAudits {
  readonly #models: ExactnessAudit;
  readonly #answers: AnswerAudit;
  readonly #queue = new PromiseQueue();
  /** File of n-grams of the version that the round under way makes. */
  #ngrams: Promise<FileBeside | undefined> = Promise.resolve(undefined);

  constructor({ task, head, events, shown, ngrams, isStranger, since, differs }: Audited) {
    this.#models = new ExactnessAudit(task, head, differs, { isStranger, since });
    this.#answers = new AnswerAudit(differs, { isStranger, since });
    events.on('round', state => {
      const { plan } = state.terms;
      if (plan.task !== task.name || state.phase !== 'closing') return;
      if (plan.query) return this.#answers.observe(state);
      this.#models.observe(state);
      this.#ngrams = ngrams().then(file => file && { hash: contentHash(file), bytes: file.length });
    });
    events.on('round-ended', record => {
      if (record.task !== task.name) return;
      void this.#queue.run(async () => {
        if (record.query === undefined) this.#models.ended(record, await this.#ngrams);
        else this.#answers.ended(record, await shown(record));
      });
    });
  }

  /** Takes a phone's update without masks. */
  update(update: PlainUpdate): void {
    this.#models.take(update);
  }

  /** Takes a phone's answer without masks. */
  answer(answer: PlainUpdate): void {
    this.#answers.take(answer);
  }

  /** Counts of the sums of updates, once all rounds that are over have been checked. */
  async models(): Promise<ExactnessAudit['figures'] & { readonly unknown: Unknown | null }> {
    await this.#queue.idle();
    return { ...this.#models.figures, unknown: this.#models.unknown };
  }

  /** Counts of the sums of answers, once all rounds that are over have been checked. */
  async answers(): Promise<AnswerAudit['figures']> {
    await this.#queue.idle();
    return this.#answers.figures;
  }
}
