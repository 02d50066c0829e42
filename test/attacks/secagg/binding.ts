import { concatBytes, equalBytes, hex } from '@murmuration/protocol/encoding/bytes';
import type { ModelHash, RoundId } from '@murmuration/protocol/ids/ids';
import { type PlanControl, writePlan } from '@murmuration/protocol/messages/plan';
import { native } from '@murmuration/protocol/primitives/node';
import { writeBundle } from '@murmuration/protocol/secagg/aggregator';
import { packFlags } from '@murmuration/protocol/secagg/bitset';
import { graphHash, planHash } from '@murmuration/protocol/secagg/context';
import { readDealing } from '@murmuration/protocol/secagg/dealing';
import {
  compareBytes,
  drawGraph,
  drawRing,
  leafOf,
  type MaskingGraph,
  neighboursOf,
  pointOf,
} from '@murmuration/protocol/secagg/graph';
import { type DeviceKeys, deriveSecrets, keyBytes, readKeys } from '@murmuration/protocol/secagg/keys';
import {
  applyMasks,
  collectMasks,
  pairMaskKey,
  pairSign,
  selfMaskKey,
} from '@murmuration/protocol/secagg/mask-stream';
import { merkleRoot, merkleTree } from '@murmuration/protocol/secagg/merkle';
import type { GraphParameters } from '@murmuration/protocol/secagg/parameters';
import {
  dealShares,
  enterRound,
  type InKeys,
  type InUpdates,
  maskUpdate,
  type ParticipantContext,
  takeShares,
} from '@murmuration/protocol/secagg/participant';
import { readRoster, writeRoster } from '@murmuration/protocol/secagg/roster';
import { sealShares } from '@murmuration/protocol/secagg/sealed-share';
import { Secret } from '@murmuration/protocol/secagg/secret';
import { secretRecovery, shareSecret } from '@murmuration/protocol/secagg/shamir';
import { uniformIntegers } from '@murmuration/protocol/secagg/uniform';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { assignmentOf } from '../../unit/client-sdk/memory-coordinator.ts';
import { type Attack, type Outcome, refusalOf } from './attack.ts';
import { bound, seed, undemanding, updateOf } from './world.ts';

const planOf = () => assignmentOf(new VirtualClock()).plan;

interface Device {
  readonly context: ParticipantContext;
  readonly state: InKeys;
  readonly keys: DeviceKeys;
}

function deviceOf(number: number, context = bound): Device {
  const identity = native.ed25519.signingKey(seed(1, number));
  const participant = { ...context, identity, demands: undemanding };
  const state = enterRound(participant, seed(2, number));
  return { context: participant, state, keys: readKeys(context, identity.publicKey, state.message) };
}

const numberOf = (graph: MaskingGraph, { keys }: Device): number =>
  graph.devices.findIndex(({ identity }) => equalBytes(identity, keys.identity));

/**
 * 81 devices, each shown a complete graph of 40 of its own (t = 27), so that 26 of those with whom the victim masks are named lost by
 * 27 others each, 13 to a device: every device sees as many survivors as it asks for, and the victim alone is opened.
 */
function rosters(): Outcome {
  const parameters: GraphParameters = { graph: 'complete', devices: 40, neighbours: 39, threshold: 27 };
  const devices = Array.from({ length: 81 }, (_, i) => deviceOf(i));
  const near = Array.from({ length: 26 }, (_, i) => 1 + i);
  const far = (i: number) => 27 + (((i % 54) + 54) % 54);
  const holdersOf = (a: number) => Array.from({ length: 27 }, (_, j) => far((a - 1) * 27 + j));
  const rosterOf = (device: number): number[] => {
    if (device === 0) return [0, ...near, ...Array.from({ length: 13 }, (_, i) => far(i))];
    if (device <= 26) {
      const known = new Set([device, 0, ...holdersOf(device)]);
      const rest = near.filter(other => !known.has(other)).slice(0, 40 - known.size);
      return [...known, ...rest];
    }
    const named = near.filter(a => holdersOf(a).includes(device));
    const beside = Array.from({ length: 13 }, (_, i) => [far(device - 27 + i + 1), far(device - 27 - i - 1)]);
    return [device, ...named, ...beside.flat()];
  };
  const graphs = devices.map((_, i) =>
    drawGraph(
      bound,
      rosterOf(i).map(member => devices[member]!.keys),
      parameters,
    ),
  );
  const victim = devices[0]!;
  const inVictims = numberOf(graphs[0]!, victim);
  const dealt = devices.map(({ context, state }, i) =>
    dealShares(context, state, writeRoster(graphs[i]!, numberOf(graphs[i]!, devices[i]!))),
  );

  // With the rules: the victim gets the boxes that were dealt to it in other graphs, and opens none.
  const bundleFor = () => {
    const dealers = new Set([0, ...near]);
    const graph = graphs[0]!;
    const order = graph.devices.map(({ identity }) =>
      devices.findIndex(({ keys }) => equalBytes(keys.identity, identity)),
    );
    const parcels = order.flatMap(dealer => {
      if (dealer === 0 || !dealers.has(dealer)) return [];
      const own = graphs[dealer]!;
      const dealing = readDealing(own, numberOf(own, devices[dealer]!), dealt[dealer]!.message);
      const slot = [...dealing.receivers].indexOf(numberOf(own, victim));
      return [dealing.body.subarray(keyBytes + slot * 120, keyBytes + (slot + 1) * 120)];
    });
    return concatBytes(packFlags(order.map(device => dealers.has(device))), ...parcels);
  };
  const bundle = bundleFor();
  const held = refusalOf(() => takeShares(victim.context, dealt[0]!, bundle)) === 'secagg.too-few';

  // Without the graph in the boxes they open: all that follows is what each device then sees and says.
  const state: InUpdates = {
    phase: 'updates',
    root: dealt[0]!.root,
    roster: dealt[0]!.roster,
    bundle,
    dealt: bundle.subarray(0, 5),
    neighbourhood: dealt[0]!.neighbourhood,
    holdings: {
      dealers: near.map(device => numberOf(graphs[0]!, devices[device]!)),
      opened: near.map(() => true),
      shares: new Secret(new Uint8Array(0)),
    },
  };
  const secretsOf = (device: number) => deriveSecrets(bound, new Secret(seed(2, device)));
  const [victimSecrets, otherSecrets] = [secretsOf(0), near.map(secretsOf)];
  // Each sees at least 27 boxes open, and names at most 13 of 40 lost.
  const isSatisfied = devices.every((_, i) => {
    const roster = rosterOf(i);
    const opened = roster.filter(other => rosterOf(other).includes(i)).length;
    const lost = i > 26 ? near.filter(a => holdersOf(a).includes(i)).length : 0;
    return new Set(roster).size === 40 && opened >= 27 && 40 - lost >= 27;
  });
  const update = updateOf(0);
  maskUpdate(victim.context, state, update, 32);
  const recovered = (secret: Uint8Array, sharing: Uint8Array, points: number[]) => {
    const shares = shareSecret(secret, 27, points, uniformIntegers(native, sharing));
    return secretRecovery(points, keyBytes)(shares)!;
  };
  const ownSeed = recovered(
    victimSecrets.seed,
    victimSecrets.sharing,
    [0, ...near].map(device => pointOf(numberOf(graphs[0]!, devices[device]!))),
  );
  const inGraph = graphs[0]!.context;
  const masks = near.map((device, i) => {
    const points = holdersOf(device).map(holder => pointOf(numberOf(graphs[device]!, devices[holder]!)));
    const secret = recovered(otherSecrets[i]!.maskingSecret, otherSecrets[i]!.sharing, points);
    const number = numberOf(graphs[0]!, devices[device]!);
    const agreed = native.x25519.agreementKey(secret).agree(victim.keys.masking);
    const sign = pairSign(inVictims, number) === 1 ? (-1 as const) : (1 as const);
    return { key: pairMaskKey(inGraph, inVictims, number, agreed), sign };
  });
  masks.push({ key: selfMaskKey(inGraph, ownSeed), sign: -1 });
  applyMasks(
    native,
    update,
    collectMasks(masks.length, i => masks[i]!),
    32,
  );
  const isOpen = equalBytes(new Uint8Array(update.buffer), new Uint8Array(updateOf(0).buffer));
  return { held, succeedsWithoutRule: isSatisfied && isOpen };
}

/** One certified identity at two places of the ring, so far apart that no honest device is beside both. */
function copies(): Outcome {
  const parameters: GraphParameters = { graph: 'harary', devices: 60, neighbours: 16, threshold: 10 };
  const devices = Array.from({ length: 59 }, (_, i) => deviceOf(i));
  for (let attempt = 0; ; attempt++) {
    const { identity } = devices[7]!.context;
    const again = enterRound(devices[7]!.context, seed(9, attempt));
    const copy = readKeys(bound, identity.publicKey, again.message);
    const all = [...devices.map(({ keys }) => keys), copy].sort((a, b) =>
      compareBytes(a.identity, b.identity),
    );
    const leaves = all.map(keys => leafOf(bound, keys));
    const tree = merkleTree(native, leaves);
    const root = merkleRoot(tree);
    const ring = drawRing(bound, 60, root);
    const [lower, upper] = all.flatMap((keys, number) =>
      equalBytes(keys.identity, identity.publicKey) ? [number] : [],
    ) as [number, number];
    const apart = Math.abs(ring.placeOf[lower]! - ring.placeOf[upper]!);
    if (Math.min(apart, 60 - apart) <= 16) continue;
    const neighbours = all.map((_, number) => neighboursOf(parameters, ring, number));
    const context = { ...bound, graph: graphHash(bound, parameters, root) };
    const forged: MaskingGraph = { context, parameters, devices: all, leaves, tree, neighbours };
    const beside = [...neighbours[lower]!];
    const codes = beside.map(number =>
      refusalOf(() => readRoster(bound, all[number]!, undemanding, writeRoster(forged, number))),
    );
    // What a device sees without the successors: itself and its neighbours, in order, none twice.
    const sees = [...beside, ...neighbours[upper]!].filter(number => {
      const known = [number, ...neighbours[number]!].sort((a, b) => a - b);
      const identities = known.map(other => hex(all[other]!.identity));
      return identities.every((id, i) => i === 0 || identities[i - 1]! < id);
    });
    return {
      held: codes.every(code => code === 'secagg.roster'),
      succeedsWithoutRule: sees.length === beside.length + neighbours[upper]!.length,
    };
  }
}

/** One of 60 is told another plan, model or number of the round, and the coordinator puts its keys among the others. */
function otherPlans(): Outcome {
  const usual = Uint8Array.from({ length: 90 }, (_, i) => i);
  return toldApart(usual, [
    [1, usual.with(40, 1)],
    [1, usual.subarray(1)],
    [2, usual],
    [1, usual.with(89, 90)],
  ]);
}

/** One of 60 gets a control variate of its own, whose steps would tell it from the others in their sum, or is told of other rounds. */
function otherControl(): Outcome {
  const plan = (change: Partial<PlanControl> = {}) => {
    const control = { file: 'c'.repeat(64) as ModelHash, clip: 1, origin: 7, rounds: [3, 2], ...change };
    return writePlan({ ...planOf(), control });
  };
  return toldApart(plan(), [
    [1, plan({ file: 'd'.repeat(64) as ModelHash })],
    [1, plan({ rounds: [3] })],
    [1, plan({ origin: 8 })],
    [1, plan({ clip: 2 })],
  ]);
}

/** One of 60 is told of another number of the round, or another plan, than the others. */
function toldApart(
  usual: Uint8Array,
  told: readonly (readonly [number: number, plan: Uint8Array])[],
): Outcome {
  const parameters: GraphParameters = { graph: 'harary', devices: 60, neighbours: 16, threshold: 10 };
  const honest = { ...bound, plan: planHash(native, 1, usual) };
  const refusals = (other: typeof honest) => {
    const devices = Array.from({ length: 60 }, (_, i) => deviceOf(i, i === 13 ? other : honest));
    const graph = drawGraph(
      honest,
      devices.map(({ keys }) => keys),
      parameters,
    );
    const odd = numberOf(graph, devices[13]!);
    return [odd, ...graph.neighbours[odd]!].map(number => {
      const device = devices.find(({ keys }) => keys === graph.devices[number])!;
      return refusalOf(() => dealShares(device.context, device.state, writeRoster(graph, number)));
    });
  };
  const held = told.every(([number, plan]) =>
    refusals({ ...bound, plan: planHash(native, number, plan) }).every(code => code === 'secagg.keys'),
  );
  // Without the plan in what is signed all have the same context, whatever they were told.
  return { held, succeedsWithoutRule: refusals(honest).every(code => code === undefined) };
}

/** One root, told as the root of more or fewer devices, or with another threshold: boxes don't open between those who were told so. */
function otherSizes(): Outcome {
  const devices = Array.from({ length: 12 }, (_, i) => deviceOf(i));
  const parameters: GraphParameters = { graph: 'complete', devices: 12, neighbours: 11, threshold: 9 };
  const graph = drawGraph(
    bound,
    devices.map(({ keys }) => keys),
    parameters,
  );
  const odd = devices[0]!;
  const self = numberOf(graph, odd);
  const graphs = (change: Partial<GraphParameters>) => {
    const changed = { ...parameters, ...change };
    const context = { ...bound, graph: graphHash(bound, changed, merkleRoot(graph.tree)) };
    return { ...graph, parameters: changed, context };
  };
  const opens = (change: Partial<GraphParameters>) => {
    const dealings = new Map(
      devices.map(device => {
        const number = numberOf(graph, device);
        const shown = device === odd ? graphs(change) : graph;
        const { message } = dealShares(device.context, device.state, writeRoster(shown, number));
        return [number, readDealing(shown, number, message)];
      }),
    );
    const shown = graphs(change);
    const state = dealShares(odd.context, odd.state, writeRoster(shown, self));
    return refusalOf(() => takeShares(odd.context, state, writeBundle(shown, dealings, self)));
  };
  const roots = [
    graphHash(bound, parameters, merkleRoot(graph.tree)),
    graphHash(bound, { ...parameters, devices: 13 }, merkleRoot(graph.tree)),
    graphHash(bound, { ...parameters, neighbours: 10 }, merkleRoot(graph.tree)),
    graphHash(bound, { ...parameters, graph: 'harary' }, merkleRoot(graph.tree)),
  ].map(hex);
  return {
    held:
      opens({ threshold: 10 }) === 'secagg.too-few' &&
      opens({}) === undefined &&
      new Set(roots).size === roots.length,
    succeedsWithoutRule: null,
  };
}

/** A device copies another one's sealing key: whoever seals to both uses no nonce twice. */
function copiedSealingKey(): Outcome {
  const context = { ...bound, graph: seed(5, 5) };
  const pair = (value: number) => ({
    seed: new Uint8Array(36).fill(value),
    masking: new Uint8Array(36).fill(value + 1),
  });
  const key = seed(6, 6);
  const boxes = [4, 5].map((to, i) =>
    sealShares(context, { from: 3, to, key }, pair(10 * i)).subarray(32 + 16),
  );
  const plain = [0, 1].map(i => concatBytes(pair(10 * i).seed, pair(10 * i).masking));
  const difference = (a: Uint8Array, b: Uint8Array) => a.map((byte, i) => byte ^ b[i]!);
  const isReused = (one: Uint8Array, other: Uint8Array) =>
    equalBytes(difference(one, other), difference(plain[0]!, plain[1]!));
  // A nonce of the sealing keys alone, as there was, is the same for both receivers.
  const nonce = seed(7, 7).subarray(0, 24);
  const old = plain.map(text => native.seal(text, nonce, key).subarray(16));
  return { held: !isReused(boxes[0]!, boxes[1]!), succeedsWithoutRule: isReused(old[0]!, old[1]!) };
}

/** Boxes and keys of one round, brought into another. */
function otherRounds(): Outcome {
  const elsewhere = { ...bound, round: 'B'.repeat(22) as RoundId };
  const device = deviceOf(1);
  const read = (context: typeof bound) =>
    refusalOf(() => readKeys(context, device.keys.identity, device.state.message));
  return { held: read(bound) === undefined && read(elsewhere) === 'secagg.keys', succeedsWithoutRule: null };
}

export const bindingAttacks: readonly Attack[] = [
  { name: 'rosters', rule: 'SA8', run: rosters },
  { name: 'copies-of-an-identity', rule: 'SA6', run: copies },
  { name: 'other-plans', rule: 'SA2', run: otherPlans },
  { name: 'other-control', rule: 'RD21', run: otherControl },
  { name: 'other-sizes', rule: 'SA2', run: otherSizes },
  { name: 'other-rounds', rule: 'SA2', run: otherRounds },
  { name: 'copied-sealing-key', rule: 'SA8', run: copiedSealingKey },
];
