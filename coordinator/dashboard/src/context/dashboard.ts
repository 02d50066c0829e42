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

/** Milliseconds for which a notice stays. */
const noticeTime = 6_000;

/** One sentence about a finished action, shown for a moment. */
export class PageNotice {
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

/** State that the pages show, and actions on it. */
export interface Dashboard {
  readonly session: Authentication;
  readonly requests: Requests;
  readonly feed: Feed;
  readonly ticker: Ticker;
  readonly whereabouts: Whereabouts;
  readonly theme: ThemeChoice;
  readonly notice: PageNotice;
}

export const DashboardContext = createContext<Dashboard | null>(null);

export function useDashboard(): Dashboard {
  const dashboard = useContext(DashboardContext);
  if (!dashboard) throw new Error('There is no dashboard around this component.');
  return dashboard;
}

/** Choice that the address keeps; empty: nothing is chosen. */
export function useChoice(name: string) {
  const { whereabouts } = useDashboard();
  return {
    value: whereabouts.parameters.value.get(name) ?? '',
    choose: (text: string) => whereabouts.choose(name, text),
  };
}

/** Coordinator's time, ms since 1970, at most a second old. */
export function useNow(): number {
  const { ticker, feed } = useDashboard();
  return ticker.now.value + feed.ahead.value;
}
