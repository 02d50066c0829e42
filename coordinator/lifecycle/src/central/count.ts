import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import type { CoordinatorEvents } from '@murmuration/rounds/events/events';
import type { CentralTraining } from '@murmuration/rounds/task/central';
import type { Observation } from '../triggers/look.ts';
import type { CentralTrainer } from './central-trainer.ts';

interface CountPorts {
  readonly clock: Clock;
  readonly events: CoordinatorEvents;
  readonly trainer: CentralTrainer;
  /** Called with the number of examples. */
  readonly observe: (observation: Observation) => Promise<void>;
}

/**
 * Counts the coordinator's own examples at once and then regularly, until the returned function is called. A
 * failed count is a fault, and the next one is made at its time.
 */
export function countExamples(
  { examples: module, data, feedback, counted }: CentralTraining,
  { clock, events, trainer, observe }: CountPorts,
): Cancel {
  const stop = new AbortController();
  let cancel: Cancel = () => {};
  const count = async (): Promise<void> => {
    try {
      const total = await trainer.count({ module, data, feedback, now: clock.now() }, stop.signal);
      if (total === null)
        throw new Error(`The module ${module} has no function count, so that newExamples never fires.`);
      await observe({ type: 'examples', total });
    } catch (error) {
      if (stop.signal.aborted) return;
      events.emit('fault', 'counting examples', error);
    }
    if (!stop.signal.aborted) cancel = clock.at(clock.now() + counted, () => void count());
  };
  void count();
  return () => {
    stop.abort();
    cancel();
  };
}
