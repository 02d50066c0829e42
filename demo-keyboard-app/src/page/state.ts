import type { ReadonlySignal, Signal } from '@preact/signals';
import type { Choice, Forgotten } from '../consent/choice.ts';
import type { KeyboardState } from '../keyboard/keyboard-state.ts';
import type { Reader } from '../reading/reader.ts';
import type { RecallTally } from '../recall/tally.ts';
import type { Participation } from '../rounds/participation.ts';
import type { Traffic } from '../sent/traffic.ts';
import type { SuggestionBar } from '../suggestions/suggestion-bar.ts';
import type { Draft } from '../writing/draft.ts';
import type { TypingLog } from '../writing/typing-log.ts';
import type { Notices } from './notices.ts';
import type { ThemeChoice } from './theme.ts';

/** What the mixture is made of, as far as it is known. */
export interface Mixture {
  /** Share that is personal, 0 to 1. */
  readonly lambda: number;
  /** Held-out words on which it was chosen. */
  readonly questions: number;
}

/** Everything that the page shows, and what people can do with it. */
export interface PageState {
  readonly draft: Draft;
  readonly keyboard: KeyboardState;
  readonly log: TypingLog;
  readonly suggestions: SuggestionBar;
  readonly recall: RecallTally;
  readonly mixture: ReadonlySignal<Mixture | null>;
  /** Whether the device learns from what was written, outside of rounds. */
  readonly isLearning: ReadonlySignal<boolean>;
  readonly participation: Participation;
  readonly traffic: Traffic;
  readonly choice: Choice;
  readonly reader: Reader;
  readonly notices: Notices;
  readonly theme: ThemeChoice;
  /** Offers to install the page as an app; null where the browser offers none. */
  readonly install: Signal<(() => void) | null>;
  /** Sends what the field holds. */
  send(): void;
  /** Clears all data. */
  forget(): Promise<Forgotten>;
}
