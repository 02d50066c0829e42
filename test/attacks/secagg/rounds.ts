import { concatBytes, equalBytes } from '@murmuration/protocol/encoding/bytes';
import type { RoundId } from '@murmuration/protocol/ids/ids';
import { native } from '@murmuration/protocol/primitives/node';
import { writeBundle } from '@murmuration/protocol/secagg/aggregator';
import { agreementMessage, updateMessage, writeAgreed } from '@murmuration/protocol/secagg/agreement';
import {
  checkParameters,
  findParameters,
  type GraphParameters,
} from '@murmuration/protocol/secagg/parameters';
import { takeShares } from '@murmuration/protocol/secagg/participant';
import { revealShares, takeStatement } from '@murmuration/protocol/secagg/revealing';
import { restoreParticipant, saveParticipant } from '@murmuration/protocol/secagg/saved-participant';
import { Secret } from '@murmuration/protocol/secagg/secret';
import { writeStatement } from '@murmuration/protocol/secagg/statement';
import { Unmasking } from '@murmuration/protocol/secagg/unmasking';
import { Cohort } from '../../unit/protocol/secagg/cohort.ts';
import { type Attack, type Outcome, refusalOf } from './attack.ts';

const ring: GraphParameters = { graph: 'harary', devices: 40, neighbours: 12, threshold: 7 };
const complete = findParameters(24, { threat: 'malicious', corrupt: 0.05, dropping: 0.1 });
const updateOf = (number: number) => Int32Array.from({ length: 30 }, (_, i) => (number + 1) * (i - 11));
const among =
  (...numbers: number[]) =>
  (number: number) =>
    numbers.includes(number);
const numbers = (count: number) => Array.from({ length: count }, (_, number) => number);

function isExact(cohort: Cohort): boolean {
  const sum = new Int32Array(30);
  for (const number of cohort.masked.keys())
    updateOf(number).forEach((value, i) => {
      sum[i]! += value;
    });
  return equalBytes(new Uint8Array(sum.buffer), new Uint8Array(cohort.unmask().buffer));
}

/** A round with one device lost at each stage: dealing, update, agreement, reveal. */
function honest(parameters: GraphParameters): boolean {
  const cohort = new Cohort({ devices: parameters.devices, parameters });
  cohort.deal(among(1)).take().mask(updateOf, among(2)).agree(among(3)).reveal(among(4));
  return cohort.masked.size === parameters.devices - 2 && isExact(cohort);
}

/** A tenth of the devices send their update and are gone: they stay in the sum, evidenced by what they signed with it. */
function lostAfterUpdate(): boolean {
  const cohort = new Cohort({ devices: 40, parameters: ring });
  cohort
    .deal()
    .take()
    .mask(updateOf)
    .agree(among(0, 10, 20, 30))
    .reveal(among(0, 10, 20, 30));
  return cohort.masked.size === 40 && isExact(cohort);
}

/** A device whose process is killed before it agrees, between agreement and reveal, and afterwards, goes on with the same bytes, once. */
function restarts(): boolean {
  const cohort = new Cohort({ devices: 40, parameters: ring }).deal().take().mask(updateOf);
  const context = cohort.stating(0);
  const restored = <State extends Parameters<typeof saveParticipant>[0]>(state: State): State =>
    restoreParticipant(context, saveParticipant(state)) as State;
  const masked = cohort.masked.get(0)!;
  cohort.masked.set(0, { ...masked, state: restored(masked.state) });
  cohort.agree();
  const agreed = cohort.agreed.get(0)!;
  const again = restored(agreed);
  const other = writeStatement(40, new Set(numbers(40)), new Set(numbers(40).filter(i => i !== 9)));
  const neverTwo = refusalOf(() => takeStatement(context, again, other)) === 'secagg.statement';
  const revealed = revealShares(context, again, cohort.agreedFor(0));
  const last = restored(revealed);
  const sameReveal = equalBytes(revealShares(context, last, cohort.agreedFor(0)).message, revealed.message);
  const neverThree = refusalOf(() => takeStatement(context, last, other)) === 'secagg.statement';
  return equalBytes(again.message, agreed.message) && neverTwo && sameReveal && neverThree;
}

const mustSucceed = (run: () => boolean) => (): Outcome => ({ held: run(), succeedsWithoutRule: null });

/** A roster of 40 of whom 13 are lost, where the app's floor is 30: the floor is about the sum. */
function floorOnTheSum(): Outcome {
  const parameters: GraphParameters = { graph: 'complete', devices: 40, neighbours: 39, threshold: 27 };
  const cohort = new Cohort({ devices: 40, parameters }).deal().take().mask(updateOf);
  const statement = writeStatement(40, new Set(numbers(40)), new Set(numbers(27)));
  const asked = (smallestSum: number) =>
    refusalOf(() => {
      const context = cohort.stating(0);
      const demanding = { ...context, demands: { ...context.demands, smallestSum } };
      takeStatement(demanding, cohort.masked.get(0)!.state, statement);
    });
  return { held: asked(30) === 'secagg.too-few', succeedsWithoutRule: asked(3) === undefined };
}

/** Everything that may be wrong with a statement; a good one is still taken afterwards. */
function statements(): Outcome {
  const cohort = new Cohort({ devices: 40, parameters: ring }).deal(among(5)).take().mask(updateOf);
  const dealt = new Set(numbers(40).filter(number => number !== 5));
  const of = (dealers: ReadonlySet<number>, without: readonly number[]) =>
    writeStatement(40, dealers, new Set([...dealers].filter(number => !without.includes(number))));
  const good = of(dealt, [7]);
  const holders = [...cohort.graph.neighbours[0]!];
  const bad: [Uint8Array, string][] = [
    [of(dealt, [0]), 'secagg.statement'],
    [of(new Set(numbers(40)), [7]), 'secagg.statement'],
    [of(new Set(numbers(39)), [7]), 'secagg.statement'],
    [
      concatBytes(
        good.subarray(0, 5),
        Uint8Array.from(good.subarray(5), (byte, i) => (i === 0 ? byte | 32 : byte)),
      ),
      'secagg.statement',
    ],
    [good.subarray(1), 'secagg.statement'],
    [concatBytes(good, Uint8Array.of(0)), 'secagg.statement'],
    [new Uint8Array(0), 'secagg.statement'],
    [of(dealt, holders.slice(0, 8)), 'secagg.too-few'],
    [concatBytes(good.subarray(0, 5), Uint8Array.of(3, 0, 0, 0, 0)), 'secagg.too-few'],
  ];
  const { state } = cohort.masked.get(0)!;
  const context = cohort.stating(0);
  const saved = saveParticipant(state);
  const refused = bad.every(
    ([statement, code]) => refusalOf(() => takeStatement(context, state, statement)) === code,
  );
  const unchanged = equalBytes(saved, saveParticipant(state));
  const agreed = takeStatement(context, state, good);
  const second = refusalOf(() => takeStatement(context, agreed, of(dealt, [8]))) === 'secagg.statement';
  return { held: refused && unchanged && agreed.phase === 'unmasking' && second, succeedsWithoutRule: null };
}

/** Agreements that are too few, wrong, of others, or out of place; a good message is still answered afterwards. */
function agreements(): Outcome {
  const cohort = new Cohort({ devices: 40, parameters: ring }).deal().take().mask(updateOf, among(9)).agree();
  const context = cohort.stating(0);
  const neighbours = [...cohort.graph.neighbours[0]!];
  const update = (number: number) =>
    cohort.masked.has(number)
      ? ({ kind: 'update', signature: cohort.masked.get(number)!.state.message } as const)
      : undefined;
  const good = cohort.agreedFor(0);
  const few = writeAgreed(
    neighbours.map((number, i) => (i < 6 ? cohort.evidenceOf(number) : update(number))),
  );
  const bad = [
    few,
    good.with(5, good[5]! ^ 1),
    good.with(good.length - 3, good.at(-3)! ^ 1),
    good.subarray(0, -1),
    concatBytes(good, Uint8Array.of(0)),
    new Uint8Array(0),
    good.with(1, good[1]! | 0x80),
  ];
  const state = () => {
    const kept = cohort.agreed.get(0)!;
    const shares = new Secret(kept.holdings.shares.expose().slice());
    return { ...kept, holdings: { ...kept.holdings, shares } };
  };
  const refused = bad.every(
    message => refusalOf(() => revealShares(context, state(), message)) === 'secagg.agreement',
  );
  const answered = refusalOf(() => revealShares(context, state(), good)) === undefined;
  // Whoever counts no agreements reveals on any of them.
  const curious = {
    ...context,
    demands: {
      ...context.demands,
      assumptions: { ...context.demands.assumptions, threat: 'honest-but-curious' as const },
    },
  };
  const once = takeStatement(
    curious,
    { ...cohort.masked.get(0)!.state, holdings: state().holdings },
    cohort.statement,
  );
  return { held: refused && answered, succeedsWithoutRule: once.phase === 'closing' };
}

/** Agreements of another round, plan or graph, and an update's signature as an agreement and the other way round. */
function foreignAgreements(): Outcome {
  const cohort = new Cohort({ devices: 40, parameters: ring }).deal().take().mask(updateOf).agree();
  const context = cohort.stating(0);
  const { graph } = cohort;
  const first = graph.neighbours[0]![0]!;
  const identity = cohort.contexts[first]!.identity;
  const dealers = cohort.statement.subarray(0, 5);
  const elsewhere = [
    { ...graph.context, round: 'S'.repeat(22) as RoundId },
    { ...graph.context, plan: new Uint8Array(32) },
    { ...graph.context, graph: new Uint8Array(32) },
  ];
  const signatures = [
    ...elsewhere.map(other => identity.sign(agreementMessage(other, cohort.statement))),
    identity.sign(updateMessage(graph.context, dealers)),
  ];
  const told = (signature: Uint8Array) =>
    writeAgreed(
      Array.from(graph.neighbours[0]!, number =>
        number === first ? { kind: 'agreement', signature } : cohort.evidenceOf(number),
      ),
    );
  const refused = signatures.every(
    signature =>
      refusalOf(() => revealShares(context, cohort.agreed.get(0)!, told(signature))) === 'secagg.agreement',
  );
  const asUpdate = writeAgreed(
    Array.from(graph.neighbours[0]!, number =>
      number === first
        ? { kind: 'update', signature: cohort.agreed.get(first)!.message }
        : cohort.evidenceOf(number),
    ),
  );
  const back = refusalOf(() => revealShares(context, cohort.agreed.get(0)!, asUpdate)) === 'secagg.agreement';
  return { held: refused && back, succeedsWithoutRule: null };
}

/** A plan that asks for a threshold one below what keeps a ring together. */
function lowThreshold(): Outcome {
  const told = (corrupt: number) =>
    refusalOf(() =>
      checkParameters(
        { graph: 'harary', devices: 1000, neighbours: 96, threshold: 66 },
        { threat: corrupt > 0 ? 'malicious' : 'honest-but-curious', corrupt, dropping: 0.1 },
      ),
    );
  return { held: told(0.05) === 'secagg.parameters', succeedsWithoutRule: told(0) === undefined };
}

/** A bundle that says that its receiver did not deal, and one of boxes that don't open. */
function hollowBundles(): Outcome {
  const cohort = new Cohort({ devices: complete.devices, parameters: complete }).deal();
  const bundle = writeBundle(cohort.graph, cohort.dealings, 0);
  const taking = (bytes: Uint8Array) =>
    refusalOf(() => takeShares(cohort.contexts[0]!, cohort.dealt[0]!, bytes));
  const closed = bundle.map((byte, i) => (i >= 3 ? byte ^ 1 : byte));
  return {
    held:
      taking(bundle.with(0, bundle[0]! ^ 1)) === 'secagg.share' &&
      taking(closed) === 'secagg.too-few' &&
      taking(bundle) === undefined,
    succeedsWithoutRule: null,
  };
}

/** A device reveals shares that are not those it was dealt, or deals others than it signed: it is named, and takes nothing else along. */
function wrongShares(): Outcome {
  const cohort = new Cohort({ devices: 40, parameters: ring }).deal().take().mask(updateOf).agree().reveal();
  const unmasking = new Unmasking(cohort.graph, cohort.dealings, cohort.statement);
  const { message } = cohort.revealed.get(3)!;
  const forged = message.with(40, message[40]! ^ 1);
  const named = refusalOf(() => unmasking.take(3, forged)) === 'secagg.share';
  for (const [number, { message: revealed }] of cohort.revealed)
    if (number !== 3) unmasking.take(number, revealed);
  return { held: named && unmasking.missing === 0, succeedsWithoutRule: null };
}

/** A coordinator that never saw an update passes off noise as its signature. */
function unsignedUpdate(): Outcome {
  const cohort = new Cohort({ devices: 40, parameters: ring }).deal().take().mask(updateOf);
  const { identity } = cohort.graph.devices[0]!;
  const message = updateMessage(cohort.graph.context, cohort.masked.get(0)!.state.masked.dealt);
  const others = updateMessage(cohort.graph.context, new Uint8Array(5));
  const { verify } = native.ed25519;
  const signature = cohort.masked.get(0)!.state.message;
  return {
    held: verify(identity, message, signature) && !verify(identity, others, signature),
    succeedsWithoutRule: null,
  };
}

export const roundAttacks: readonly Attack[] = [
  { name: 'honest-ring', rule: 'SA15', run: mustSucceed(() => honest(ring)) },
  { name: 'honest-complete', rule: 'SA15', run: mustSucceed(() => honest(complete)) },
  { name: 'lost-after-update', rule: 'SA13', run: mustSucceed(lostAfterUpdate) },
  { name: 'restarts', rule: 'SA12', run: mustSucceed(restarts) },
  { name: 'floor-on-the-sum', rule: 'SA12', run: floorOnTheSum },
  { name: 'malformed-statements', rule: 'SA12', run: statements },
  { name: 'too-few-agreements', rule: 'SA13', run: agreements },
  { name: 'foreign-agreements', rule: 'SA2', run: foreignAgreements },
  { name: 'low-threshold', rule: 'SA5', run: lowThreshold },
  { name: 'hollow-bundles', rule: 'SA9', run: hollowBundles },
  { name: 'wrong-shares', rule: 'SA15', run: wrongShares },
  { name: 'update-of-other-dealers', rule: 'SA10', run: unsignedUpdate },
];
