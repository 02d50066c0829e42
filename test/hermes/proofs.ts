// What a device does in a round and in serving, as bytes to compare between engines.
import '@murmuration/client-sdk/react-native/built-ins';
import { fitWeights } from '@murmuration/client-sdk/hybrid/mixture';
import { ngramCache } from '@murmuration/client-sdk/hybrid/ngram-cache';
import type { PersonalPorts } from '@murmuration/client-sdk/hybrid/personal';
import { mix } from '@murmuration/client-sdk/hybrid/probabilities';
import { ownSeed } from '@murmuration/client-sdk/update/local-update-processor';
import { prepareUpdate } from '@murmuration/client-sdk/update/prepare';
import { javascriptWorkspace } from '@murmuration/engine/fused/javascript';
import { hex } from '@murmuration/protocol/encoding/bytes';
import type { RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import type { Plan } from '@murmuration/protocol/messages/plan';
import type { Assignment } from '@murmuration/protocol/messages/round';
import { portable } from '@murmuration/protocol/primitives/portable';
import { layoutOf } from '@murmuration/protocol/weights/layout';
import { Cohort, undemanding } from '../unit/protocol/secagg/cohort.ts';
import { learned, oneStep } from './learning.ts';

const task = 'notes' as TaskName;
const round = 'P'.repeat(22) as RoundId;
const seedOf = (kind: number) => portable.sha256(Uint8Array.of(7, kind));
const bytesOf = (values: ArrayBufferView) =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

/** Bytes that follow from a number, each time others. */
function generator(kind: number): (length: number) => Uint8Array {
  let count = 0;
  return length => {
    const words = portable.hkdf(seedOf(kind), Uint8Array.of(++count), Math.min(length, 8_000));
    return Uint8Array.from({ length }, (_, i) => words[i % words.length]! ^ (i >> 8));
  };
}

/** A delta whose values have all kinds of exponents. */
function deltaOf(count: number): Float32Array {
  const bytes = generator(3)(2 * count);
  return Float32Array.from(
    { length: count },
    (_, i) => (bytes[2 * i]! - 127.5) / 2 ** (bytes[2 * i + 1]! % 20),
  );
}

/** The key of the device, what it signs, and the seed of its draws. */
function identity(): Uint8Array[] {
  const key = portable.ed25519.signingKey(seedOf(1));
  const signature = key.sign(seedOf(2));
  const isGenuine = portable.ed25519.verify(key.publicKey, seedOf(2), signature);
  return [
    key.publicKey,
    signature,
    Uint8Array.of(Number(isGenuine)),
    Uint8Array.of(ownSeed(portable, seedOf(9), task, round)),
  ];
}

/** A round of 12, of whom one deals nothing, one sends no update, and one agrees to nothing. */
function maskedRound(): Uint8Array[] {
  const updates = (number: number) =>
    Int32Array.from({ length: 1_000 }, (_, i) => (i * 7919 + number) % 65_536);
  const demands = {
    ...undemanding,
    assumptions: { threat: 'malicious', corrupt: 0.1, dropping: 0.25 } as const,
  };
  const cohort = new Cohort({ devices: 12, primitives: portable, demands });
  cohort
    .deal(number => number === 2)
    .take()
    .mask(updates, number => number === 5)
    .agree(number => number === 8)
    .reveal();
  const messages = [
    ...cohort.entered.map(({ message }) => message),
    ...cohort.dealt.map(({ message }) => message),
    ...[...cohort.masked.values()].flatMap(({ state, update }) => [state.message, bytesOf(update)]),
    ...[...cohort.agreed.values()].map(({ message }) => message),
    ...[...cohort.revealed.values()].map(({ message }) => message),
  ];
  return [...messages, cohort.statement, bytesOf(cohort.unmask())];
}

/** Clipped, rotated, rounded at random, and packed. */
function quantised(): Uint8Array[] {
  const layout = layoutOf([{ name: 'w', shape: [300, 11] }]);
  const training = { epochs: 1, batchSize: 8, learningRate: 0.1, maxExamples: 100, seed: 3 };
  return [4, 12, 16].map(bits => {
    const update = { clip: 1, bits, weighting: 'examples', weightCap: 10, rotation: true };
    const plan = { task, training, update, masking: null, privacy: null, largestCohort: 12 };
    const contribution = { delta: deltaOf(layout.count), examples: 9, layout };
    const assignment = { plan: plan as unknown as Plan, round } as Assignment;
    return prepareUpdate(contribution, assignment, generator(bits));
  });
}

const words = Array.from({ length: 400 }, (_, i) => 1 + ((i * i + 3 * i) % 23));
const serving = {
  classes: 32,
  firstClass: 1,
  input: (asked: unknown) => asked as number[],
  questions: (example: unknown) => {
    const tokens = example as number[];
    return {
      input: tokens.slice(0, -1),
      targets: tokens.slice(1).map((token, position) => ({ position, class: token })),
    };
  },
};

/** What an n-gram cache has learned, what it says, and what a mixture with another model says. */
async function hybrid(): Promise<Uint8Array[]> {
  const cache = ngramCache({ capacity: 300 });
  const open = await cache.open(new Uint8Array(0), null, { serving } as unknown as PersonalPorts);
  for (let at = 0; at < words.length; at += 20) open.observe!(words.slice(at, at + 20));
  const own: Float32Array[] = [];
  for (let at = 2; at < 12; at++) own.push(await open.predict(words.slice(at - 2, at)));
  const other = own.map((_, at) =>
    Float32Array.from({ length: 32 }, (_, i) => (i > 0 ? ((i + at) % 5) + 1 : 0)),
  );
  const scaled = other.map(values =>
    values.map(value => value / values.reduce((sum, each) => sum + each, 0)),
  );
  const given = [own, scaled].map(part => Float32Array.from(part, (values, at) => values[words[at + 2]!]!));
  const weights = fitWeights(given);
  const mixed = own.map((values, at) =>
    mix([
      { weight: weights[0] ?? 0, values },
      { weight: weights[1] ?? 0, values: scaled[at]! },
    ]),
  );
  return [open.bytes!()!, ...own.map(bytesOf), bytesOf(Float64Array.from(weights)), ...mixed.map(bytesOf)];
}

/** The digest of everything, by what it proves. */
export async function proofs(): Promise<Record<string, string>> {
  const all = {
    identity: identity(),
    maskedRound: maskedRound(),
    quantised: quantised(),
    hybrid: await hybrid(),
    oneStep: oneStep(javascriptWorkspace).map(bytesOf),
    learned: (await learned()).map(bytesOf),
  };
  return Object.fromEntries(Object.entries(all).map(([name, parts]) => [name, digestOf(parts)]));
}

/** What proofs compare. */
export function digestOf(parts: readonly Uint8Array[]): string {
  return hex(portable.sha256(joined(parts)));
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length + 4, 0));
  let at = 0;
  for (const part of parts) {
    new DataView(all.buffer).setUint32(at, part.length);
    all.set(part, at + 4);
    at += part.length + 4;
  }
  return all;
}
