import type { ThemeChoice } from '@murmuration/ui/theme/theme';
import type { ReadonlySignal, Signal } from '@preact/signals';
import type { Choice, Forgotten } from '../consent/choice.ts';
import type { Draft } from '../draft/draft.ts';
import type { TypingLog } from '../examples/typing-log.ts';
import type { KeyboardState } from '../keyboard/keyboard-state.ts';
import type { Notices } from '../notices/notices.ts';
import type { Reader } from '../reading/reader.ts';
import type { MixtureShares } from '../recall/mixture.ts';
import type { RecallTally } from '../recall/tally.ts';
import type { Countdown } from '../rounds/countdown.ts';
import type { ParticipationState } from '../rounds/participation.ts';
import type { SentTraffic } from '../sent/traffic.ts';
import type { SuggestionBar } from '../suggestions/suggestion-bar.ts';

/** State that the page shows, and actions on it. */
export interface PageState {
  readonly draft: Draft;
  readonly keyboard: KeyboardState;
  readonly log: TypingLog;
  readonly suggestions: SuggestionBar;
  readonly recall: RecallTally;
  readonly mixture: ReadonlySignal<MixtureShares | null>;
  /** True while the device learns from the written text, outside rounds. */
  readonly isLearning: ReadonlySignal<boolean>;
  readonly participation: ParticipationState;
  readonly countdown: Countdown;
  readonly traffic: SentTraffic;
  readonly choice: Choice;
  readonly reader: Reader;
  readonly notices: Notices;
  readonly theme: ThemeChoice;
  /** Offers to install the page as an app; null if the browser offers none. */
  readonly install: Signal<(() => void) | null>;
  /** Sends the text of the field. */
  send(): void;
  /** Clears all data. */
  forget(): Promise<Forgotten>;
}
