import type { DeviceId, TaskName } from '@murmuration/protocol/ids/ids';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { CoordinatorEvents } from '../events/events.ts';
import type { Population } from '../population/population.ts';
import type { TaskRounds } from '../rounds/task-rounds.ts';
import type { Storage } from '../storage/storage.ts';
import { clockStepped } from '../telemetry/alerts/clock-stepped.ts';
import { outdatedDevices } from '../telemetry/alerts/outdated-devices.ts';
import { protectionWeakened } from '../telemetry/alerts/protection-weakened.ts';
import type { AlertSettings } from '../telemetry/alerts/settings.ts';
import { storageSilent } from '../telemetry/alerts/storage-silent.ts';
import { versionUnreadable } from '../telemetry/alerts/version-unreadable.ts';
import { type AlertPorts, AlertWatch } from '../telemetry/alerts/watch.ts';
import { Webhooks } from '../telemetry/alerts/webhooks/webhooks.ts';
import { HourlyCounter } from '../telemetry/hourly-counter.ts';
import { Overviews } from '../telemetry/overview.ts';
import { Presence } from '../telemetry/presence.ts';
import type { Core } from './core.ts';

/** Devices that an alert names at most. */
const mostNamed = 3;

/** What watches a coordinator for its operators. */
export interface Watch {
  readonly overviews: Overviews;
  readonly hourly: HourlyCounter;
  readonly alerts: AlertWatch;
  /** Hears of no alert before `open`. */
  readonly webhooks: Webhooks;
  /** Watches a task as well, which was added. */
  follow(added: TaskRounds): Promise<void>;
  /** Writes down what was gathered. */
  close(): Promise<void>;
}

/** Watches a core from now on; before devices connect. */
export async function openWatch(
  {
    rounds,
    checkIns,
    versionAliases,
    readability,
    settings,
    privacy,
    parts,
    conducts,
  }: Pick<Core, 'rounds' | 'checkIns' | 'versionAliases' | 'readability' | 'settings' | 'privacy'> &
    Partial<Pick<Core, 'parts' | 'conducts'>>,
  ports: {
    readonly clock: Clock;
    readonly random: RandomBytes;
    readonly events: CoordinatorEvents;
    readonly storage: Storage;
    readonly population: Pick<Population, 'size' | 'outdated'>;
    readonly isDevelopment: boolean;
    readonly isEnrolmentOpen: boolean;
    readonly alerts: AlertSettings;
    readonly disk: AlertPorts['disk'];
    /** Since when the storage takes nothing, ms since 1970; null: it does. */
    readonly silentSince?: () => number | null;
  },
): Promise<Watch> {
  const { clock, random, events, storage, population, disk, isDevelopment, isEnrolmentOpen, silentSince } =
    ports;
  const presence = new Presence(events);
  const hourly = new HourlyCounter(storage.hourlyCounts, events, clock);
  const { history } = storage;
  const alerts = new AlertWatch({
    clock,
    events,
    rounds,
    history,
    base: task => versionAliases.of(task).base.model,
    presence,
    enrolled: () => population.size,
    async behaviour(task) {
      const conduct = conducts?.get(task);
      const [shared, slow] = [conduct?.shared(mostNamed) ?? [], conduct?.slow(mostNamed) ?? []];
      const names = await storage.enrolmentTokens.namesOf([...shared, ...slow]);
      const named = (device: DeviceId) => ({ device, token: names.get(device) });
      return { shared: shared.map(named), slow: slow.map(named) };
    },
    disk,
    silences: storage.silences,
    settings: ports.alerts,
    standing: now => [
      ...readability.all.map(each => versionUnreadable(each, now)),
      ...settings.weakened.map(protectionWeakened),
      ...population.outdated.map(outdatedDevices),
      ...[clockStepped(clock.ahead?.() ?? 0, now), storageSilent(silentSince?.() ?? null, now)].filter(
        each => each !== null,
      ),
    ],
    lookAgain: () => readability.lookAgain(),
  });
  const overviews = new Overviews({
    clock,
    events,
    rounds,
    history,
    versionAliases,
    presence,
    privacy,
    enrolled: () => population.size,
    isDevelopment,
    isEnrolmentOpen,
    expected: task => checkIns.get(task)!.expected,
    alerts: () => alerts.firing,
    attention: alerts.attention,
    parts: parts && (terms => parts.seen(terms)),
  });
  const webhooks = new Webhooks(ports.alerts.webhooks, { clock, random, events });
  for (const task of rounds.keys()) await overviews.open(task as TaskName);
  await alerts.open();
  return {
    overviews,
    hourly,
    alerts,
    webhooks,
    async follow(added) {
      await overviews.open(added.task.name);
      await alerts.follow(added);
    },
    close() {
      webhooks.close();
      alerts.close();
      return hourly.close();
    },
  };
}
