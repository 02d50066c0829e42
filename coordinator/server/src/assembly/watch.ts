import type { DeviceId, TaskName } from '@murmuration/protocol/ids/ids';
import type { Population } from '@murmuration/rounds/population/population';
import type { TaskRounds } from '@murmuration/rounds/rounds/task-rounds';
import { diskSpace } from '@murmuration/storage/files/disk-space';
import { placeOf } from '@murmuration/storage/place';
import { alertRoutes } from '../http/routes/admin/alerts.ts';
import { securityRoutes } from '../http/routes/admin/security.ts';
import { clockStepped } from '../telemetry/alerts/clock-stepped.ts';
import { outdatedDevices } from '../telemetry/alerts/outdated-devices.ts';
import { protectionWeakened } from '../telemetry/alerts/protection-weakened.ts';
import { storageSilent } from '../telemetry/alerts/storage-silent.ts';
import { versionUnreadable } from '../telemetry/alerts/version-unreadable.ts';
import { type AlertPorts, AlertWatch } from '../telemetry/alerts/watch.ts';
import { Webhooks } from '../telemetry/alerts/webhooks/webhooks.ts';
import { HourlyCounter } from '../telemetry/hourly-counter.ts';
import { Overviews } from '../telemetry/overview.ts';
import { Presence } from '../telemetry/presence.ts';
import type { Core } from './core.ts';
import type { ServedScope } from './scope.ts';

/** Maximum number of devices that an alert names. */
const maxNamedDevices = 3;

/** Parts that watch a coordinator for its operators. */
export interface Watch {
  readonly overviews: Overviews;
  readonly hourly: HourlyCounter;
  readonly alerts: AlertWatch;
  /** Sends alerts to webhooks from now on, including the current ones; `url` is the dashboard's. */
  tell(url: string): void;
  /** Watches an added task too. */
  follow(added: TaskRounds): Promise<void>;
}

/** Parts of a core that are watched. */
type Watched = Pick<
  Core,
  'rounds' | 'checkIns' | 'versionAliases' | 'readability' | 'settings' | 'privacy' | 'served'
> &
  Partial<Pick<Core, 'parts' | 'conducts'>>;

/** Watched parts outside a core. */
interface Surroundings {
  readonly population: Pick<Population, 'size' | 'outdated'>;
  /** Returns the time since which the storage can't be written, in ms since 1970, or null if it can. */
  readonly silentSince: () => number | null;
  readonly disk: AlertPorts['disk'];
}

/**
 * Returns a probe of the free disk space of a storage in a folder, or null if nothing is stored on a disk.
 */
export function diskOf({ storage }: Pick<ServedScope['config'], 'storage'>): AlertPorts['disk'] {
  const place = storage === undefined ? undefined : placeOf(storage);
  return place?.kind === 'folder' ? () => diskSpace(place.name) : null;
}

/** Watches a core from now on; call it before devices connect. */
export async function openWatch(
  scope: Pick<ServedScope, 'config' | 'clock' | 'random' | 'events' | 'storage' | 'opened' | 'admin'>,
  core: Watched,
  { population, silentSince, disk }: Surroundings,
): Promise<Watch> {
  const { config, clock, random, events, storage, opened, admin } = scope;
  const { rounds, versionAliases, readability, settings, parts, served } = core;
  const { history } = storage;
  const presence = new Presence(events);
  const hourly = new HourlyCounter(storage.hourlyCounts, events, clock);
  opened.add(() => hourly.close());
  const alerts = new AlertWatch({
    clock,
    events,
    rounds,
    history,
    base: task => versionAliases.of(task).base.model,
    answers(task, version) {
      const { champion, aliases } = versionAliases.of(task);
      const arms = served(task).flatMap(experiment => experiment.arms);
      return (
        [champion, ...aliases].some(({ number }) => number === version) ||
        arms.some(arm => arm.version === String(version))
      );
    },
    presence,
    enrolled: () => population.size,
    behaviour: behaviourOf(core, storage),
    disk,
    silences: storage.silences,
    settings: config.alerts,
    standing: now => [
      ...readability.all.map(each => versionUnreadable(each, now)),
      ...settings.weakened.map(protectionWeakened),
      ...population.outdated.map(outdatedDevices),
      ...[clockStepped(clock.ahead?.() ?? 0, now), storageSilent(silentSince(), now)].filter(
        each => each !== null,
      ),
    ],
    lookAgain: () => readability.lookAgain(),
  });
  opened.add(() => alerts.close());
  const overviews = new Overviews({
    clock,
    events,
    rounds,
    history,
    versionAliases,
    presence,
    privacy: core.privacy,
    enrolled: () => population.size,
    isDevelopment: config.development,
    isEnrolmentOpen: config.openEnrolment,
    expected: task => core.checkIns.get(task)!.expected,
    alerts: () => alerts.firing,
    attention: alerts.attention,
    parts: parts && (terms => parts.seen(terms)),
  });
  const webhooks = new Webhooks(config.alerts.webhooks, { clock, random, events });
  opened.add(() => webhooks.close());
  for (const task of rounds.keys()) await overviews.open(task as TaskName);
  await alerts.open();
  admin((routes, operators) => {
    alertRoutes(routes, operators, alerts, webhooks, clock);
    securityRoutes(routes, rounds, hourly);
  });
  return {
    overviews,
    hourly,
    alerts,
    tell: url =>
      webhooks.open(alerts.firing, url, alert => alerts.attention.silencedUntil(alert, clock.now()) !== null),
    async follow(added) {
      await overviews.open(added.task.name);
      await alerts.follow(added);
    },
  };
}

/** Returns the shared devices of failed sums and the slow devices of a task, with their token names. */
function behaviourOf(
  { conducts }: Watched,
  { enrolmentTokens }: Pick<ServedScope['storage'], 'enrolmentTokens'>,
): AlertPorts['behaviour'] {
  return async task => {
    const conduct = conducts?.get(task);
    const [shared, slow] = [conduct?.shared(maxNamedDevices) ?? [], conduct?.slow(maxNamedDevices) ?? []];
    const names = await enrolmentTokens.namesOf([...shared, ...slow]);
    const named = (device: DeviceId) => ({ device, token: names.get(device) });
    return { shared: shared.map(named), slow: slow.map(named) };
  };
}
