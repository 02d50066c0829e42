import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Transport } from './transport.ts';

/**
 * Returns a transport for sessions: requests fail with `server.unreachable`
 * until the coordinator knows the device.
 */
export function greeted(
  transport: Pick<Transport, 'upload'>,
  request: Transport['request'],
  isKnown: () => boolean,
): Pick<Transport, 'request' | 'upload'> {
  return {
    async request(event, frame) {
      if (!isKnown()) throw new MurmurationError('server.unreachable');
      return request(event, frame);
    },
    upload: (...args) => transport.upload(...args),
  };
}
