import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Cancel } from '@murmuration/protocol/time/clock';
import { about, comeBack, type Inflow, lengthOf } from './inflow.ts';
import type { Transport, TransportListener, TransportPlatform } from './transport.ts';

/**
 * Wraps a transport so that a device takes no more messages and answers from it than from any
 * other (SPEC CH10). Excess input ends its connection, which reopens after about 4 s;
 * anything it still brings is ignored.
 */
export function bounded(
  transport: Transport,
  { clock, random }: Pick<TransportPlatform, 'clock' | 'random'>,
  inflow: Inflow,
): Transport {
  let listener: TransportListener | undefined;
  let cancel: Cancel = () => {};
  /** Number of times the transport was opened or closed: events of an earlier turn are ignored. */
  let turn = 0;
  let floods = 0;

  /** Returns true if the input may pass; otherwise the connection is over. */
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
    // Called on demand: the transport may replace the method.
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
