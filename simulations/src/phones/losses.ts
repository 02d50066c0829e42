import type { Transport } from '@murmuration/client-sdk/transport/transport';
import { utf8 } from '@murmuration/protocol/bytes';
import { MurmurationError } from '@murmuration/protocol/errors';
import { decodeFrame } from '@murmuration/protocol/messages/frame';
import { maskingContribution } from '@murmuration/protocol/messages/masking';
import { native } from '@murmuration/protocol/primitives/node';

export const lossStages = ['keys', 'shares', 'updates', 'unmasking'] as const;
export type LossStage = (typeof lossStages)[number];

/** Which phones fall silent, and when: nothing that they send at this stage of the round arrives. */
export interface Losses {
  /** Share of the phones of each round, from 0 to 1. */
  readonly fraction: number;
  readonly at: LossStage;
}

const stageOf = { keys: 'keys', shares: 'shares', reveal: 'unmasking' } as const;

/** A transport that loses what the phone sends at a stage of the rounds in which it is one of the lost. */
export function losing(transport: Transport, phone: number, { fraction, at }: Losses): Transport {
  const isLost = (stage: LossStage, round: string) => stage === at && chance(`${phone} ${round}`) < fraction;
  const lost = () => new MurmurationError('server.unreachable', 'This phone was made to fall silent.');
  return {
    ...transport,
    async request(event, frame) {
      if (event === 'keys' || event === 'shares' || event === 'reveal') {
        if (isLost(stageOf[event], decodeFrame(frame, maskingContribution).round)) throw lost();
      }
      return transport.request(event, frame);
    },
    async upload(path, token, bytes, signal) {
      if (isLost('updates', path.split('/')[3]!)) throw lost();
      return transport.upload(path, token, bytes, signal);
    },
  };
}

/** A number from 0 to 1 that follows from the text. */
function chance(text: string): number {
  const digest = native.sha256(utf8(`murmuration/losses ${text}`));
  return new DataView(digest.buffer, digest.byteOffset, 4).getUint32(0) / 2 ** 32;
}
