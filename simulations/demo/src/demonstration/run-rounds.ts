import type { Coordinator } from '@murmuration/coordinator/assembly/main';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import type { Display } from './display.ts';

/** Arguments to run rounds, and to show them. */
interface Running {
  readonly coordinator: Pick<Coordinator, 'events' | 'start'>;
  readonly task: TaskName;
  /** Rounds of training, failed ones included; rounds of questions to phones come in addition. */
  readonly count: number;
  readonly display: Pick<Display, 'progress' | 'round'>;
  /** Returns the purpose of a round without training; undefined if it is unknown. */
  readonly labelOf: (record: RoundRecord) => string | undefined;
  /** Called once the rounds are over. */
  readonly end: () => Promise<void>;
}

/** Runs `count` rounds of training of a task, then `end`; resolves with their records. */
export function runRounds({
  coordinator,
  task,
  count,
  display,
  labelOf,
  end,
}: Running): Promise<readonly RoundRecord[]> {
  const records: RoundRecord[] = [];
  return new Promise((resolve, reject) => {
    coordinator.events.on('round', state => {
      if (state.terms.plan.task === task) display.progress(state);
    });
    coordinator.events.on('round-ended', record => {
      if (record.task !== task) return;
      display.round(record, labelOf(record) ?? (record.query && `asked: ${record.query}`));
      if (record.query !== undefined) return;
      records.push(record);
      if (records.length === count) end().then(() => resolve(records.slice(0, count)), reject);
    });
    coordinator.start().catch(reject);
  });
}
