import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { DeviceId } from '@murmuration/protocol/ids/ids';
import type { DeviceEvent } from '@murmuration/protocol/messages/channel';
import {
  type CheckIn,
  type CheckInAnswer,
  checkIn,
  type SentElsewhere,
} from '@murmuration/protocol/messages/check-in';
import { decodeFrame } from '@murmuration/protocol/messages/frame';
import {
  type Enrol,
  type Enrolled,
  enrol,
  type Forget,
  forget,
  type Hello,
  hello,
  type Welcome,
} from '@murmuration/protocol/messages/hello';
import { type MaskingContribution, maskingContribution } from '@murmuration/protocol/messages/masking';
import { type Predict, type Predicted, predict } from '@murmuration/protocol/messages/predict';
import { type Leave, leave } from '@murmuration/protocol/messages/round';
import type * as z from 'zod/mini';
import type { Caller, Identity } from './caller.ts';
import type { FrameLengths } from './frame-lengths.ts';

/** Requests of a device that has said hello. */
export interface DeviceRequests {
  welcome(device: DeviceId): Welcome;
  /** Resolves once `checkIn` can answer the message; undefined if it can at once. */
  untilKnown?(device: DeviceId, message: CheckIn): Promise<void> | undefined;
  checkIn(device: Identity, message: CheckIn): CheckInAnswer | SentElsewhere;
  /** Handles a message of secure aggregation. */
  contribute(
    device: Identity,
    phase: 'keys' | 'shares' | 'agree' | 'reveal',
    message: MaskingContribution,
  ): void | Promise<void>;
  leave(device: Identity, message: Leave): void | Promise<void>;
  /** Predicts for a device; undefined if the coordinator makes no predictions for devices. */
  predict?(message: Predict): Promise<Predicted>;
  /** Revokes the device at its own request; resolves when that is durable. */
  forget(device: DeviceId): Promise<void>;
  /** True if more may come for a device: it waits for an assignment, or has a part in a round. */
  expects(device: DeviceId): boolean;
  connected(device: DeviceId): void;
  disconnected(device: DeviceId): void;
}

/** Requests of a connection before it is identified. */
export interface HelloRequests<From extends Caller> {
  enrol(connection: From, message: Enrol): Promise<Enrolled>;
  hello(connection: From, message: Hello): Promise<Welcome>;
  /** Throws `device.signature` if the wish to be forgotten was not signed by the device. */
  requireFarewell(connection: From, message: Forget): void;
}

/** Handler of one kind of message; its result, or the code of its error, is the answer. */
type Answer<From extends Caller> = (connection: From, frame: unknown) => Promise<unknown>;

export type RequestHandlers<From extends Caller> = Readonly<Record<DeviceEvent, Answer<From>>>;

/**
 * Returns the handler of each device event. A handler bounds and parses the frame, identifies the sender, and
 * only then passes it on.
 */
export function requestHandlers<From extends Caller>(
  introductions: HelloRequests<From>,
  requests: DeviceRequests,
  frames: FrameLengths,
): RequestHandlers<From> {
  const answer =
    <Schema extends z.ZodMiniType>(
      event: DeviceEvent,
      schema: Schema,
      handle: (connection: From, message: z.output<Schema>) => unknown,
    ): Answer<From> =>
    async (connection, frame) =>
      (await handle(connection, decodeFrame(frame, schema, frames[event]))) ?? null;
  const contribution = (phase: 'keys' | 'shares' | 'agree' | 'reveal') =>
    answer(phase, maskingContribution, (connection, message) =>
      requests.contribute(connection.owner, phase, message),
    );
  return {
    enrol: answer('enrol', enrol, (connection, message) => introductions.enrol(connection, message)),
    hello: answer('hello', hello, (connection, message) => introductions.hello(connection, message)),
    'check-in': answer('check-in', checkIn, (connection, message) => {
      const { owner } = connection;
      const known = requests.untilKnown?.(owner.device.id, message);
      if (!known) return requests.checkIn(owner, message);
      return known.then(() => {
        // Nothing would end the waiting of a device whose connection is gone.
        if (connection.isGone) throw new MurmurationError('device.not-identified');
        return requests.checkIn(owner, message);
      });
    }),
    keys: contribution('keys'),
    shares: contribution('shares'),
    agree: contribution('agree'),
    reveal: contribution('reveal'),
    predict: answer('predict', predict, (connection, message) => {
      // Only enrolled devices may ask; the identity is not passed on.
      void connection.owner;
      if (!requests.predict)
        throw new MurmurationError('prediction.not-offered', 'Nothing is predicted for devices here.');
      return requests.predict(message);
    }),
    leave: answer('leave', leave, (connection, message) => requests.leave(connection.owner, message)),
    forget: answer('forget', forget, async (connection, message) => {
      const { device } = message;
      if (device !== connection.owner.device.id)
        throw new MurmurationError('device.unknown', 'A device can have nobody forgotten but itself.');
      introductions.requireFarewell(connection, message);
      await requests.forget(device);
      connection.isOver = true;
    }),
  };
}
