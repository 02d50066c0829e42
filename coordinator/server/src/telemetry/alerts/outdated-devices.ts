import { protocolVersion } from '@murmuration/protocol/messages/version';
import type { Outdated } from '@murmuration/rounds/population/outdated-devices';
import type { Finding } from './finding.ts';

/** Returns the finding for devices that are turned away because their app has another protocol version. */
export function outdatedDevices({ protocol, devices, since }: Outdated): Finding {
  const isOlder = protocol < protocolVersion;
  return {
    key: `outdated-devices:${protocol}`,
    rule: 'outdated-devices',
    severity: 'warning',
    task: null,
    summary: `${devices === 1 ? '1 device speaks' : `${devices} devices speak`} protocol ${protocol}, and this coordinator ${protocolVersion}: they came within the last day, and take no part.`,
    advice: isOlder
      ? 'Publish the app with the SDK of this version; devices take part again once they have it.'
      : 'Upgrade this coordinator to the version of their SDK.',
    page: '/#/fleet/devices',
    since,
  };
}
