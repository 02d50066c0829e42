import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { CoordinatorEvents } from '@murmuration/rounds/events/events';
import type { TaskRounds } from '@murmuration/rounds/rounds/task-rounds';
import { lengthsQueryName } from '@murmuration/studies/vocabulary/message-lengths';

/** Rounds of training between two questions to phones. */
const everyRounds = 10;

interface Asking {
  /** Task that is trained. */
  readonly trained: TaskName;
  /** Rounds of the task that asks. */
  readonly asking: Pick<TaskRounds, 'ask' | 'isUnderWay'>;
  /** True if phones may be asked now; a round would wait for phones that rest or fall silent. */
  readonly mayAsk: () => boolean;
  readonly events: Pick<CoordinatorEvents, 'on'>;
}

/**
 * Asks phones how long their messages are, after the first round of training and after each tenth one, so
 * that the dashboard has something to show. If they may not be asked at that time, they are asked after the
 * next round, or when the returned function is called.
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
      // The coordinator stops after the last round, and asks no more.
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
