import type { Assignment } from '@murmuration/protocol/messages/round';
import { native } from '@murmuration/protocol/primitives/node';
import { planHash } from '@murmuration/protocol/secagg/context';
import { drawGraph } from '@murmuration/protocol/secagg/graph';
import { readKeys } from '@murmuration/protocol/secagg/keys';
import type { GraphParameters } from '@murmuration/protocol/secagg/parameters';
import { enterRound } from '@murmuration/protocol/secagg/participant';
import { writeRoster } from '@murmuration/protocol/secagg/roster';

const seed = (device: number, purpose: number) => native.sha256(Uint8Array.of(device, purpose));

/** The roster for a device, whose key is `identity` and whose keys of the round are `message`, in a graph of such parameters with made-up others. */
export function lyingRoster(
  { plan: { task }, round, number, planBytes }: Assignment,
  parameters: GraphParameters,
  identity: Uint8Array,
  message: Uint8Array,
): Uint8Array {
  const context = { primitives: native, task, round, plan: planHash(native, number, planBytes) };
  const own = readKeys(context, identity, message);
  const others = Array.from({ length: parameters.devices - 1 }, (_, device) => {
    const identity = native.ed25519.signingKey(seed(device, 1));
    const demands = {
      assumptions: { threat: 'honest-but-curious', corrupt: 0, dropping: 0 },
      smallestCohort: 3,
      smallestSum: 3,
      today: 0,
    } as const;
    const entered = enterRound({ ...context, identity, demands }, seed(device, 2));
    return readKeys(context, identity.publicKey, entered.message);
  });
  const graph = drawGraph(context, [own, ...others], parameters);
  return writeRoster(graph, graph.devices.indexOf(own));
}
