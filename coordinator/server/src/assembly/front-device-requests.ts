import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { CoordinatorEvents } from '@murmuration/rounds/events/events';
import type { DeviceRegistry } from '@murmuration/rounds/population/device-registry';
import type { FrontRequests } from '../cells/front-requests.ts';
import type { DeviceRequests } from '../devices/request-handlers.ts';

/** Answers device requests at a front, which has no part in rounds. */
export function deviceRequests(
  requests: FrontRequests,
  events: CoordinatorEvents,
  deviceRegistry: DeviceRegistry,
): DeviceRequests {
  const atCell = (): never => {
    throw new MurmurationError(
      'round.unknown',
      'Rounds are at cells; check in, and go to the one that is named.',
    );
  };
  return {
    welcome: device => requests.welcome(device),
    checkIn({ device: { id }, sdk }, message) {
      const answer = requests.checkIn(id, sdk, message);
      if (answer.decision === 'later') events.emit('checked-in', id, message.task, 'later', true);
      return answer;
    },
    contribute: atCell,
    leave: atCell,
    forget: device => deviceRegistry.forget(device),
    expects: () => false,
    connected() {},
    disconnected() {},
  };
}
