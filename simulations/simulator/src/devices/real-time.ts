import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { lossPhases } from '../behaviour/losses.ts';
import type { DeviceSettings } from '../behaviour/settings.ts';

/**
 * Throws `config.invalid` for settings that make devices come, go, fail or fall behind, which need virtual
 * time. Allows speeds and networks, which every scenario has, although they have no effect in real time.
 */
export function requireRealTime(settings: DeviceSettings): void {
  const ignored = onlyVirtual(settings);
  if (ignored.length === 0) return;
  throw new MurmurationError(
    'config.invalid',
    `Over sockets, in real time, devices are always there and none fails on demand, so ${ignored.join(', ')} would do nothing: leave out "--transport sockets", or set ${ignored.length === 1 ? 'it' : 'them'} back to the default.`,
  );
}

/** Returns the names of settings that need virtual time and differ from their defaults. */
function onlyVirtual({ availability, losses, stragglers, churn, faults }: DeviceSettings): string[] {
  const differs = {
    'devices.availability': availability.kind !== 'always',
    ...Object.fromEntries(lossPhases.map(phase => [`devices.losses.${phase}`, losses[phase] > 0])),
    'devices.stragglers.share': stragglers.share > 0,
    'devices.churn.meanLife': churn.meanLife !== null,
    'devices.churn.newcomers': churn.newcomers > 0,
    'devices.faults': faults.length > 0,
  };
  return Object.entries(differs).flatMap(([name, isIgnored]) => (isIgnored ? [name] : []));
}
