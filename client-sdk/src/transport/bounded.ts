import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Cancel } from '@murmuration/protocol/time/clock';
import { about, comeBack, type Inflow, lengthOf } from './inflow.ts';
import type { Transport, TransportListener, TransportPlatform } from './transport.ts';

/**
 * SPEC CH10: a transport of which a device takes no more messages and answers than of any other, whoever made it. What goes beyond ends its
 * connection, and it is opened again after about 4 s; what it still brings meanwhile counts for nothing.
 */
export function bounded(
  transport: Transport,
  { clock, random }: Pick<TransportPlatform, 'clock' | 'random'>,
  inflow: Inflow,
): Transport {
  let listener: TransportListener | undefined;
  let cancel: Cancel = () => {};
  /** Counts the times that the transport is opened and closed: what comes of an earlier one is left out. */
  let turn = 0;
  let floods = 0;

  /** Whether something that came may go on; where it may not, the connection is over. */
  const takes = (data: unknown): boolean => {
    if (inflow.take(lengthOf(data))) return true;
    const error = new MurmurationError('server.flood');
    const retryAt = clock.now() + about(comeBack, random);
    const told = listener;
    end();
    floods++;
    if (told) cancel = clock.at(retryAt, () => begin(told));
    told?.disconnected(error.detail, retryAt, error);
    return false;
  };
  const begin = (given: TransportListener) => {
    cancel();
    listener = given;
    const mine = ++turn;
    const isMine = () => turn === mine;
    transport.open({
      disconnected: (...told) => void (isMine() && given.disconnected(...told)),
      failed: retryAt => void (isMine() && given.failed?.(retryAt)),
      connecting: () => void (isMine() && given.connecting?.()),
      moving: () => void (isMine() && given.moving?.()),
      resting: () => void (isMine() && given.resting?.()),
      message: (event, frame) => void (isMine() && takes(frame) && given.message(event, frame)),
    });
  };
  const end = () => {
    cancel();
    turn++;
    listener = undefined;
    transport.close();
  };

  return {
    // Asked when it is needed: what is in the way may be found otherwise by then.
    ...(transport.findProblem && { findProblem: () => transport.findProblem!() }),
    ...(transport.isSeeking && { isSeeking: () => transport.isSeeking!() }),
    ...(transport.stopSeeking && { stopSeeking: () => transport.stopSeeking!() }),
    open: begin,
    close: end,
    async request(event, frame) {
      const before = floods;
      const answer = await transport.request(event, frame);
      if (floods !== before || !takes(answer)) throw new MurmurationError('server.unreachable');
      return answer;
    },
    download: (...args) => transport.download(...args),
    upload: (...args) => transport.upload(...args),
  };
}
