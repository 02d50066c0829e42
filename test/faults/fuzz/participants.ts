import { PlatformClient } from '@murmuration/client-sdk/client/client';
import { memoryStorage, nodePlatform } from '@murmuration/client-sdk/node';
import type { Transport } from '@murmuration/client-sdk/transport/transport';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { decodeFrame, encodeFrame } from '@murmuration/protocol/messages/frame';
import { decodeAssignment } from '@murmuration/protocol/messages/round';
import { simulatedFloors } from '@murmuration/simulations/devices/floors';
import * as z from 'zod/mini';
import { enrolmentToken, lineTrainer } from '../../e2e/line.ts';
import { mutateBytes, mutateValue } from './mutate.ts';
import { codeOf } from './sockets.ts';
import { hexOf } from './tally.ts';
import type { World } from './world.ts';

/** Garbled messages before each true one. */
const garbledEach = 12;

/** A device that takes part in rounds by the SDK, and sends each of its messages garbled before it sends the true one, if it does. */
export function participant(world: World, task: string): PlatformClient {
  return new PlatformClient(
    {
      url: world.url,
      tasks: { [task]: { examples: () => [[1, 3]], trainer: lineTrainer } },
      storage: memoryStorage(),
      enrolment: enrolmentToken,
      consent: 'not-needed',
      floors: simulatedFloors,
    },
    { ...nodePlatform, transport: (url, platform) => garbling(nodePlatform.transport(url, platform), world) },
  );
}

function garbling(transport: Transport, world: World): Transport {
  const { dice, tally } = world;
  const refusesItself = () => {
    if (dice.chance(0.1)) throw new MurmurationError('server.unreachable', 'The true message was left out.');
  };
  return {
    ...transport,
    open: listener =>
      transport.open({
        disconnected: reason => listener.disconnected(reason),
        message(event, frame) {
          if (event === 'assignment') world.learn(decodeAssignment(frame));
          listener.message(event, frame);
        },
      }),
    async request(event, frame) {
      // A garbled enrolment or hello could use up the challenge: others send those.
      if (event === 'enrol' || event === 'hello') return transport.request(event, frame);
      for (let i = 0; i < garbledEach && !tally.isDone; i++) {
        const garbled = dice.chance(0.7)
          ? encodeFrame(mutateValue(dice, decodeFrame(frame, z.unknown())))
          : mutateBytes(dice, frame);
        tally.sent(`event ${event} of a participant`, garbled);
        const code = codeOf(await transport.request(event, garbled));
        tally.answered(
          code,
          code !== 'protocol.frame' && code !== 'request.too-large',
          () => `${event} ${hexOf(garbled)}`,
        );
      }
      refusesItself();
      return transport.request(event, frame);
    },
    async upload(path, rights, bytes, signal) {
      for (let i = 0; i < garbledEach && !tally.isDone; i++) {
        const garbled = mutateBytes(dice, bytes);
        const { token, signature } = rights;
        const told = {
          token: dice.chance(0.8) ? token : mutateBytes(dice, token),
          signature: signature && dice.chance(0.2) ? mutateBytes(dice, signature) : signature,
        };
        tally.sent(`upload to ${path}`, garbled);
        const code = await transport.upload(path, told, garbled, signal).then(
          () => undefined,
          error => (error as MurmurationError).code,
        );
        tally.answered(code, true, () => `upload to ${path} ${hexOf(garbled)}`);
      }
      refusesItself();
      return transport.upload(path, rights, bytes, signal);
    },
  };
}
