import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import type { ThemeChoice } from '@murmuration/ui/theme/theme';
import { type ReadonlySignal, signal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Feed } from '../live/feed.ts';
import type { Ticker } from '../live/ticker.ts';
import type { Requests } from '../requests/requests.ts';
import type { Authentication } from '../session/authentication.ts';
import type { Whereabouts } from './routes.ts';

/** ms for which a notice stays. */
const noticeTime = 6_000;

/** One sentence that something was done, for a moment. */
export class Notice {
  readonly #text = signal('');
  readonly #clock: Clock;
  #cancel: Cancel = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get text(): ReadonlySignal<string> {
    return this.#text;
  }

  say(text: string): void {
    this.#cancel();
    this.#text.value = text;
    this.#cancel = this.#clock.at(this.#clock.now() + noticeTime, () => {
      this.#text.value = '';
    });
  }
}

/** Everything that the pages show, and what people can do with it. */
export interface Dashboard {
  readonly session: Authentication;
  readonly requests: Requests;
  readonly feed: Feed;
  readonly ticker: Ticker;
  readonly whereabouts: Whereabouts;
  readonly theme: ThemeChoice;
  readonly notice: Notice;
}

export const DashboardContext = createContext<Dashboard | null>(null);

export function useDashboard(): Dashboard {
  const dashboard = useContext(DashboardContext);
  if (!dashboard) throw new Error('There is no dashboard around this component.');
  return dashboard;
}

/** The coordinator's time, ms since 1970, a second old at most. */
export function useNow(): number {
  const { ticker, feed } = useDashboard();
  return ticker.now.value + feed.ahead.value;
}
