import { type Learned, prepareUpdate } from '@murmuration/client-sdk/update/prepare';
import { firstWordId } from '@murmuration/demo-keyboard-app/task/vocabulary';
import type { Plan } from '@murmuration/protocol/messages/plan';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Layout } from '@murmuration/protocol/weights/layout';
import { RingSum } from '@murmuration/rounds/aggregation/ring-sum';
import { unmaskerPool } from '@murmuration/rounds/masking/unmasker';
import { evidence, nameWords, together } from './attack.ts';
import { deltaOf, elementsOf, type RingForm, wholeBytesOf, withoutSelfMask } from './holdings.ts';
import { MaskedCohort } from './masked-cohort.ts';
import { uniformity } from './uniformity.ts';

/**
 * Phone's owner as only the audit knows it: the words that were typed, and what the phone learned from them.
 */
export interface Owner {
  /** Ids of the different typed words that are in the vocabulary. */
  readonly words: ReadonlySet<number>;
  /** Number of different typed words outside the vocabulary. */
  readonly otherWords: number;
  readonly learned: Learned;
}

export interface AuditSettings {
  /** Plan with masking and updates of kind `ring`. */
  readonly plan: Plan;
  readonly layout: Layout;
  /** Number of ids of the vocabulary. */
  readonly ids: number;
  readonly owners: readonly Owner[];
  /** Minimum bytes of one phone's uploads that are tested for uniformity. */
  readonly testedBytes: number;
  readonly random: RandomBytes;
  log(line: string): void;
}

/**
 * Share of an owner's different words, from 0 to 1, among as many that the attacker names; mean over all
 * owners.
 */
export interface Recovered {
  readonly recovered: number;
}

export interface Audit {
  /** Result from one plain update. */
  readonly plain: Recovered;
  /** Best of several attempts with everything that a coordinator holds under masking, and each of them. */
  readonly masked: Recovered & {
    readonly attempts: Readonly<Record<Attempt, number>>;
  };
  /** Result from only the unmasked sum. */
  readonly publicSum: Recovered;
  /** Result from only the vocabulary: its most frequent words. */
  readonly chance: Recovered;
  /** p-value of the hypothesis that the bytes of one phone's masked uploads are uniform. */
  readonly uniformityP: number;
  /** p-value of the same hypothesis for its uploads without masks. */
  readonly uniformityPUnmasked: number;
  readonly uniformityBytes: number;
}

/** Source by which the attacker ranks words. */
export type Attempt = 'sum' | 'maskedBytes' | 'selfMaskOff' | 'maskedBytesAndSum' | 'selfMaskOffAndSum';

/**
 * Attacks as an honest-but-curious coordinator: it tries to name the words that each owner typed, as many as
 * there are, from the update that it received, plain and masked. It knows the plan, the layout, and the
 * number of words.
 */
export async function audit(settings: AuditSettings): Promise<Audit> {
  const { plan, layout, ids, owners, random, log } = settings;
  const { form } = new RingSum(layout, { ...plan.update, largestCohort: plan.largestCohort }, '');
  const score = (sources: readonly Float64Array[]): number =>
    mean(owners.map(({ words }, i) => shareNamed(nameWords(sources[i]!, words.size), words)));
  const evidenceOf = (elements: Int32Array, round: string) => evidence(layout, deltaOf(elements, round), ids);

  const cohort = new MaskedCohort(plan, owners.length, random);
  const { phones, context } = cohort;
  const { round } = context;
  const plain = owners.map(({ learned }, i) => prepareUpdate(copyOf(learned), phones[i]!.assignment, random));
  const masked = owners.map(({ learned }, i) => cohort.upload(i, copyOf(learned), random));
  log(`${masked.length} phones have masked their updates.`);
  const unmasker = unmaskerPool();
  const { sum, secrets } = await cohort.unmask(masked, layout, unmasker).finally(() => unmasker.close());
  log('The masks are off the sum.');

  const fromPlain = plain.map(bytes => evidenceOf(elementsOf(bytes, form), round));
  const fromBytes = masked.map(bytes => evidenceOf(elementsOf(bytes, form), round));
  const fromSelfMaskOff = masked.map((bytes, i) => {
    const elements = elementsOf(bytes, form);
    return evidenceOf(withoutSelfMask(elements, phones[i]!.dealing, secrets, context, form.width), round);
  });
  const ofSum = evidence(layout, sum.mean().delta, ids);
  const attempts: Record<Attempt, number> = {
    sum: score(owners.map(() => ofSum)),
    maskedBytes: score(fromBytes),
    selfMaskOff: score(fromSelfMaskOff),
    maskedBytesAndSum: score(fromBytes.map(own => together(own, ofSum))),
    selfMaskOffAndSum: score(fromSelfMaskOff.map(own => together(own, ofSum))),
  };
  log('The attacker has named its words.');
  return {
    plain: { recovered: score(fromPlain) },
    masked: { recovered: Math.max(...Object.values(attempts)), attempts },
    publicSum: { recovered: attempts.sum },
    chance: { recovered: score(owners.map(() => mostFrequentFirst(ids))) },
    ...uniformityOf(settings, form, [plain[0]!], [masked[0]!]),
  };
}

/**
 * Tests the uploads of the first phone, from as many rounds as necessary; later rounds stop after its upload.
 */
function uniformityOf(
  { plan, owners, testedBytes, random, log }: AuditSettings,
  form: RingForm,
  plain: Uint8Array[],
  masked: Uint8Array[],
): Pick<Audit, 'uniformityP' | 'uniformityPUnmasked' | 'uniformityBytes'> {
  const { learned } = owners[0]!;
  const perUpload = wholeBytesOf(masked[0]!, form).length;
  while (masked.length * perUpload < testedBytes) {
    const cohort = new MaskedCohort(plan, owners.length, random);
    plain.push(prepareUpdate(copyOf(learned), cohort.phones[0]!.assignment, random));
    masked.push(cohort.upload(0, copyOf(learned), random));
  }
  log(`One phone has masked ${masked.length} updates, in a round each.`);
  const test = (uploads: readonly Uint8Array[]) =>
    uniformity(uploads.map(bytes => wholeBytesOf(bytes, form)));
  return {
    uniformityP: test(masked),
    uniformityPUnmasked: test(plain),
    uniformityBytes: masked.length * perUpload,
  };
}

/** Copies the delta, which preparing an update changes. */
function copyOf(learned: Learned): Learned {
  return { ...learned, delta: learned.delta.slice() };
}

/** Ranks words by frequency: their ids ascend with rarity. */
function mostFrequentFirst(ids: number): Float64Array {
  return Float64Array.from({ length: ids }, (_, id) => firstWordId - id);
}

function shareNamed(named: readonly number[], words: ReadonlySet<number>): number {
  return named.filter(id => words.has(id)).length / words.size;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
