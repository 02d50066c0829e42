import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { CoordinatorEvents } from '@murmuration/rounds/events/events';
import type { TaskRounds } from '@murmuration/rounds/rounds/task-rounds';
import { lengthsQueryName } from '@murmuration/studies/vocabulary/message-lengths';

/** Rounds of training from one time that phones are asked to the next. */
const everyRounds = 10;

interface Asking {
  /** The task that is trained. */
  readonly trained: TaskName;
  /** The rounds of the task that asks. */
  readonly asking: Pick<TaskRounds, 'ask' | 'isUnderWay'>;
  /** Whether phones may be asked now: those that rest, or fall silent, would be waited for. */
  readonly mayAsk: () => boolean;
  readonly events: Pick<CoordinatorEvents, 'on'>;
}

/**
 * Has phones asked how long their messages are, once a round of training is over and after each tenth: the dashboard has something to show. Where
 * they may not be asked then, they are after the next round, or when the function that is returned is called.
 */
export function askLengths({ trained, asking, mayAsk, events }: Asking): () => void {
  let rounds = 0;
  let isDue = false;
  const askNow = () => {
    if (!isDue || asking.isUnderWay || !mayAsk()) return;
    isDue = false;
    try {
      asking.ask(lengthsQueryName);
    } catch (error) {
      // The last round is over, and with it all others.
      if (!(error instanceof MurmurationError) || error.code !== 'server.stopping') throw error;
    }
  };
  events.on('round-ended', ({ task, query }) => {
    if (task !== trained || query !== undefined) return;
    if (rounds++ % everyRounds === 0) isDue = true;
    askNow();
  });
  return askNow;
}
