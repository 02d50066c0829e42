import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Transport } from './transport.ts';

/** A transport as sessions have it: nothing is asked on a connection before the coordinator knows whose that is. */
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
