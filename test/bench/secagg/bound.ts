import type { RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import { native } from '@murmuration/protocol/primitives/node';
import { planHash, type RoundContext } from '@murmuration/protocol/secagg/context';

/** The round to which both processes bind what they sign and derive. */
export const round: RoundContext = {
  primitives: native,
  task: 'bench' as TaskName,
  round: 'AAAAAAAAAAAAAAAAAAAAAA' as RoundId,
  plan: planHash(native, 1, new Uint8Array(0)),
};
