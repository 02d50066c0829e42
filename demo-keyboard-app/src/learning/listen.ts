import type { PlatformClient } from '@murmuration/client-sdk/client/client';
import type { Clock } from '@murmuration/protocol/time/clock';
import { effect, type ReadonlySignal, type Signal } from '@preact/signals';
import type { Notices } from '../notices/notices.ts';
import type { MixtureShares } from '../recall/mixture.ts';
import type { Countdown } from '../rounds/countdown.ts';
import type { ParticipationState } from '../rounds/participation.ts';
import type { SentTraffic } from '../sent/traffic.ts';
import type { SuggestionBar } from '../suggestions/suggestion-bar.ts';

/** Milliseconds without a connection after which the device counts as offline. */
const offlineAfterMs = 4_000;

/** State that the client's events change. */
export interface Heard {
  readonly participation: ParticipationState;
  readonly countdown: Countdown;
  readonly traffic: SentTraffic;
  readonly notices: Notices;
  readonly suggestions: SuggestionBar;
  readonly mixture: Signal<MixtureShares | null>;
  readonly isLearning: Signal<boolean>;
  /** True if this device is to take part. */
  readonly isActive: ReadonlySignal<boolean>;
  /** Returns the next update to be sent as it would look without masks. */
  readonly plain: () => Uint8Array | null;
}

/** Updates the page's state from the client's events. */
export function listen(client: Pick<PlatformClient, 'on'>, heard: Heard, clock: Clock): void {
  const { participation, countdown, traffic, notices, suggestions, mixture, isLearning, isActive, plain } =
    heard;
  const { link } = participation;
  client.on('connected', () => {
    link.value = 'online';
    countdown.wait();
  });
  client.on('disconnected', () => {
    link.value = 'offline';
    countdown.stop();
  });
  effect(() => {
    if (!isActive.value) return countdown.stop();
    link.value = 'connecting';
    return clock.at(clock.now() + offlineAfterMs, () => {
      if (link.peek() === 'connecting') link.value = 'offline';
    });
  });
  client.on('role', role => {
    if (role === 'standby') link.value = 'standby';
    else if (link.peek() === 'standby') link.value = 'connecting';
  });
  client.on('round', event => {
    participation.round(event);
    if (event.phase !== 'ended') countdown.stop();
  });
  client.on('wait', ({ after }) => {
    participation.wait();
    if (link.peek() === 'online') countdown.wait(after ?? 0);
  });
  client.on('model', ({ bytes }) => participation.model(bytes));
  client.on('sent', sent => {
    const isUpdate = sent.kind === 'update' && sent.masked;
    traffic.add({ ...sent, at: clock.now(), plain: isUpdate ? plain() : null });
  });
  client.on('personal', ({ phase, report }) => {
    isLearning.value = phase === 'learning';
    mixture.value = report && {
      lambda: report.lambda,
      common: report.lambdas['shared-ngrams'] ?? 0,
      questions: report.questions,
    };
    if (phase === 'ready') suggestions.refresh();
  });
  client.on('error', error => notices.failed(error));
}
