import { isHeldOut } from '@murmuration/client-sdk/hybrid/held-out';
import { OutcomeRecord } from '@murmuration/client-sdk/outcomes/outcome-record';
import { predictionId } from '@murmuration/client-sdk/outcomes/prediction-id';
import type { AnswerOptions } from '@murmuration/client-sdk/queries/answer-options';
import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import { writeIdList } from '@murmuration/protocol/ngrams/id-list';
import { sketchNumbers } from '@murmuration/protocol/ngrams/ngram-sketch';
import { defineQuery, type QueryDefinition } from '@murmuration/protocol/queries/define-query';
import { figuresOf } from '@murmuration/protocol/queries/figures';
import type { Sketch } from '@murmuration/protocol/queries/heavy-hitters';
import type { HeavyHittersQuery, NgramsQuery, Query } from '@murmuration/protocol/queries/query';
import { digestOf } from '@murmuration/protocol/queries/text-digest';
import { textHash } from '@murmuration/protocol/queries/text-hash';
import { readTable } from '@murmuration/protocol/queries/text-reader';
import { queryForm } from '@murmuration/protocol/queries/vector';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { sha256 } from '@noble/hashes/sha2.js';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../seeded-random.ts';
import { type AppTask, AskedDevice, serving, sumOver } from './asked-devices.ts';
import { day } from './victim.ts';

/** Forty devices, and the one that is left out of the second sum. */
const others = 40;
const texts = Array.from({ length: 36 }, (_, i) => `text ${'abcdefghijklmnopqrstuvwxyz0123456789'[i]}`);

/** Which of so many things each device has: half of them. The last device is the victim. */
function hadBy(things: number): readonly (readonly boolean[])[] {
  const random = seededRandom(7);
  return Array.from({ length: others + 1 }, () => Array.from(random(things), byte => byte < 128));
}

const has = hadBy(texts.length);
const textsOf = (number: number) => texts.filter((_, i) => has[number]![i]);

/** Sequences of two ids that no device holds out, one for each text. */
const pairs: readonly (readonly number[])[] = Array.from({ length: 200 }, (_, i) => [2 * i, 2 * i + 1])
  .filter(pair => !isHeldOut(pair, serving as never))
  .slice(0, texts.length);
const pairsOf = (number: number) => pairs.filter((_, i) => has[number]![i]);

interface World {
  readonly withoutRules: boolean;
  readonly clock?: VirtualClock;
}

const population = (app: (number: number) => Readonly<Record<string, AppTask>>, { clock, ...world }: World) =>
  Array.from(
    { length: others + 1 },
    (_, number) =>
      new AskedDevice({ number, clock: clock ?? new VirtualClock(400 * day), app: app(number), ...world }),
  );

/** How often the attacker, who leaves the victim out of the second sum, tells rightly what it has. */
interface Outcome {
  readonly right: number;
  /** Devices in both sums. */
  readonly inBoth: number;
}

async function leaveOut(
  devices: readonly AskedDevice[],
  [first, second]: readonly [Query, (sum: Int32Array) => Query],
  read: (first: Int32Array, second: Int32Array, asked: Query) => readonly boolean[],
  {
    task,
    between,
    truth = has.at(-1)!,
  }: { task?: string; between?: () => Promise<void>; truth?: readonly boolean[] } = {},
): Promise<Outcome> {
  const all = await sumOver(devices, first);
  await between?.();
  const asked = second(all.sum);
  const rest = await sumOver(devices.slice(0, others), asked, task);
  const inBoth = [...rest.who].filter(device => all.who.has(device)).length;
  if (rest.who.size === 0 || all.who.size === 0) return { right: 0, inBoth };
  const verdicts = read(all.sum, rest.sum, asked);
  return { right: truth.filter((own, i) => own === verdicts[i]).length, inBoth };
}

/** With the rule that a test names left out, the attack tells everything; with it no more than a coin. */
async function attacked(attack: (world: World) => Promise<Outcome>, all = texts.length): Promise<void> {
  const plant = await attack({ withoutRules: true });
  expect(plant).toEqual({ right: all, inBoth: others });
  const { right, inBoth } = await attack({ withoutRules: false });
  expect(inBoth).toBe(0);
  expect(right / all).toBeLessThan(0.75);
}

const words = defineQuery({
  name: 'words',
  kind: 'heavy-hitters',
  threshold: 3,
  values: 100,
  texts: 500,
  buckets: 4_096,
}) as HeavyHittersQuery;
const sayTexts = (number: number, kind: AnswerOptions['kinds'][number] = 'heavy-hitters'): AnswerOptions => ({
  kinds: [kind],
  source: 'texts',
  answer: () =>
    kind === 'heavy-hitters' ? { texts: textsOf(number), times: 1, digits: true } : textsOf(number),
});

/** On how many devices a text is, as a sketch of heavy hitters has it. */
const inSketch = (sum: Int32Array, text: string, { buckets } = words) =>
  Math.min(...digestOf(text, words, sha256).buckets.map((bucket, row) => sum[row * buckets + bucket]!));

const phrases = defineQuery({
  name: 'phrases',
  kind: 'ngrams',
  classes: 400,
  firstClass: 0,
  values: 400,
  sketches: [{ rows: 3, buckets: 4_096 }],
}) as NgramsQuery;
const singles = writeIdList(Array.from({ length: 400 }, (_, id) => [id]));
const sketchOfPairs: NgramsQuery = { ...phrases, step: { length: 2, asks: 'sketch', ngrams: singles } };
const listOfPairs: NgramsQuery = {
  ...phrases,
  step: { length: 2, asks: 'list', ngrams: writeIdList(pairs) },
};
const inNgramSketch = (sum: Int32Array, pair: readonly number[]) =>
  Math.min(...sketchNumbers(pair, phrases.sketches[0]!).map(place => sum[place]!));
const sdkText = (number: number): AppTask => ({
  answers: { phrases: { kinds: ['ngrams'] } },
  examples: () => pairsOf(number),
});

describe('a coordinator that asks a sketch of devices, and counts of all of them but one', () => {
  it('QY16: does not learn from a table of texts which ones the device left out has', () =>
    attacked(world => {
      const devices = population(number => ({ keyboard: { answers: { words: sayTexts(number) } } }), world);
      return leaveOut(
        devices,
        [
          words,
          sum => ({
            ...words,
            heavy: new Uint8Array(
              Buffer.from((figuresOf(words, sum, others + 1) as Sketch).heavy, 'base64url'),
            ),
          }),
        ],
        (first, second, asked) => {
          const { width } = queryForm(asked, 60);
          const table = readTable(
            asked as HeavyHittersQuery & { heavy: Uint8Array },
            second,
            width,
            others,
            sha256,
          );
          const counts = new Map(table.texts.map(each => [each.text, each.devices]));
          return texts.map(text => inSketch(first, text) > (counts.get(text) ?? 0));
        },
      );
    }));

  it('QY16: does not learn from a list of n-grams which ones it has', () =>
    attacked(world =>
      leaveOut(
        population(number => ({ keyboard: sdkText(number) }), world),
        [sketchOfPairs, () => listOfPairs],
        (first, second) => pairs.map((pair, i) => inNgramSketch(first, pair) > second[5 * i]!),
      ),
    ));
});

describe('a coordinator that asks two sums of one source in a period, one of them without a device', () => {
  const top = (name: string) =>
    defineQuery({ name, kind: 'top', items: texts, values: 100, threshold: 10 } as QueryDefinition);
  const byItem = (first: Int32Array, second: Int32Array) => texts.map((_, i) => first[i]! > second[i]!);

  it('QY17: does not learn by two names what it said', () =>
    attacked(world => {
      const answers = (number: number) => ({ one: sayTexts(number, 'top'), other: sayTexts(number, 'top') });
      const devices = population(number => ({ keyboard: { answers: answers(number) } }), world);
      return leaveOut(devices, [top('one'), () => top('other')], byItem);
    }));

  it('QY17: does not learn by two tasks what the SDK read in its text', () =>
    attacked(world => {
      const devices = population(number => ({ keyboard: sdkText(number), notes: sdkText(number) }), world);
      const read = (first: Int32Array, second: Int32Array) =>
        pairs.map((_, i) => first[5 * i]! > second[5 * i]!);
      return leaveOut(devices, [listOfPairs, () => listOfPairs], read, { task: 'notes' });
    }));

  it('QY17: does not learn from how many texts there are, and a sketch of them, which ones it has', () =>
    attacked(world => {
      const many = defineQuery({ name: 'many', kind: 'distinct', values: 100, buckets: 65_536 }) as Query & {
        buckets: number;
      };
      const answers = (number: number) => ({ many: sayTexts(number, 'distinct'), words: sayTexts(number) });
      const devices = population(number => ({ keyboard: { answers: answers(number) } }), world);
      const inDistinct = (sum: Int32Array, text: string) =>
        sum[textHash(text, textHash('many')) % many.buckets]!;
      return leaveOut(devices, [many, () => words], (first, second) =>
        texts.map(text => inDistinct(first, text) > inSketch(second, text)),
      );
    }));

  it('QY17: does not learn from an arm, and the outcomes of its version, what became of its predictions', async () => {
    const version = 'a'.repeat(64) as ModelHash;
    const clock = new VirtualClock(400 * day);
    await attacked(async world => {
      const devices: AskedDevice[] = [];
      for (let number = 0; number <= others; number++) {
        const storage = memoryStorage();
        const record = new OutcomeRecord({ storage, task: 'keyboard' as TaskName, clock });
        for (let count = 0; count <= number % 7; count++)
          await record.add(predictionId({ model: version, at: clock.now() }, count), 'accepted');
        const answers = { live: { kinds: ['outcomes' as const] }, 'by-arm': { kinds: ['arm' as const] } };
        devices.push(
          new AskedDevice({
            number,
            clock,
            storage,
            named: version,
            app: { keyboard: { answers } },
            ...world,
          }),
        );
      }
      const outcomes = {
        ...defineQuery({ name: 'live', kind: 'outcomes', outcomes: ['accepted'] }),
        versions: [version],
      } as Query;
      const arm = {
        ...defineQuery({ name: 'by-arm', kind: 'arm', outcomes: ['accepted'] }),
        arm: { experiment: '0123456789abcdef', version, since: 0 },
      } as Query;
      const own = 1 + (others % 7);
      return leaveOut(devices, [outcomes, () => arm], (first, second) => [first[1]! - second[0]! === own], {
        truth: [true],
      });
    }, 1);
  });

  it('QY17: does not learn its number from a histogram and a mean', () =>
    attacked(world => {
      const edges = Array.from({ length: 42 }, (_, i) => i - 0.5);
      const bins = defineQuery({ name: 'bins', kind: 'histogram', bins: { edges } });
      const mean = defineQuery({ name: 'mean', kind: 'mean', least: 0, most: 100, levels: 100 });
      const number = (of: number) => (of * 7) % 41;
      const answers = (of: number): Readonly<Record<string, AnswerOptions>> => ({
        bins: { kinds: ['histogram'], source: 'seconds', answer: () => number(of) },
        mean: { kinds: ['mean'], source: 'seconds', answer: () => number(of) },
      });
      const devices = population(of => ({ keyboard: { answers: answers(of) } }), world);
      const total = (sum: Int32Array) => sum.reduce((all, many, bin) => all + many * (bin - 1), 0);
      return leaveOut(
        devices,
        [bins, () => mean],
        (first, second) => [total(first) - second[0]! === number(others)],
        {
          truth: [true],
        },
      );
    }, 1));
});

describe('a coordinator that asks again on another day, without a device', () => {
  const rare = Array.from({ length: 20 }, (_, i) => `rare${'abcdefghijklmnopqrst'[i]}`);
  const truth = rare.map((_, i) => i % 2 === 0);

  /** What a device has: what many have, and the victim half of the rare texts; one in twenty is another one the next day. */
  function textOn(number: number, today: number): string[] {
    const changed = (i: number) => today > 0 && (i + number) % 20 === 0;
    const own = textsOf(number).map((text, i) => (changed(i) ? `${text} ${today}` : text));
    return number === others ? [...own, ...rare.filter((_, i) => truth[i])] : own;
  }

  it('QY18: does not learn from two sketches of an app’s texts which rare ones it has', () => {
    let today = 0;
    return attacked(async world => {
      today = 0;
      const clock = new VirtualClock(400 * day);
      const answer = (number: number) => () => ({ texts: textOn(number, today), times: 1, digits: true });
      const devices = population(
        number => ({
          keyboard: { answers: { words: { kinds: ['heavy-hitters'], answer: answer(number) } } },
        }),
        { ...world, clock },
      );
      const between = async () => {
        today = 1;
        await clock.advance(2 * day);
      };
      return leaveOut(
        devices,
        [words, () => words],
        (first, second) => rare.map(text => inSketch(first, text) > inSketch(second, text)),
        {
          between,
          truth,
        },
      );
    }, rare.length);
  });

  it('QY18: does not learn from two sums of n-grams that the SDK reads which ones it has: they are of different text', async () => {
    const attack = async (withoutRules: boolean) => {
      const clock = new VirtualClock(400 * day);
      const fresh: number[][] = [];
      const app = (number: number) => ({
        keyboard: { ...sdkText(number), examples: () => [...pairsOf(number), ...fresh] },
      });
      const devices = population(app, { withoutRules, clock });
      const first = await sumOver(devices, listOfPairs);
      await clock.advance(2 * day);
      fresh.push([...pairs[0]!]);
      const second = await sumOver(devices.slice(0, others), listOfPairs);
      const right = pairs.filter((_, i) => first.sum[5 * i]! > second.sum[5 * i]! === has.at(-1)![i]).length;
      // How often they said anything but what is new: on how many devices, by n-gram.
      return {
        right,
        again: pairs.filter((_, i) => i > 0 && second.sum[5 * i]! > 0).length,
        answered: second.who.size,
      };
    };
    expect(await attack(true)).toMatchObject({ again: pairs.length - 1, answered: others });
    const { again, answered } = await attack(false);
    expect(again).toBe(0);
    expect(answered).toBeGreaterThan(5);
  });
});

describe('what a chain of queries still tells', () => {
  it('THREAT_MODEL: lengths within one chain: words of devices, and pairs of all of them but one', async ({
    annotate,
  }) => {
    // Short messages, in which each word is in one pair.
    const random = seededRandom(11);
    const draw = (below: number) => Math.floor((random(1)[0]! / 256) * below);
    const messages = Array.from({ length: others + 1 }, () =>
      Array.from({ length: 6 }, () => [draw(60), draw(60)]),
    );
    const clock = new VirtualClock(400 * day);
    const app = (number: number) => ({ keyboard: { ...sdkText(number), examples: () => messages[number]! } });
    const devices = population(app, { withoutRules: false, clock });
    const all = Array.from({ length: 60 * 60 }, (_, i) => [Math.floor(i / 60), i % 60]);
    const list: NgramsQuery = {
      ...phrases,
      values: 4_000,
      step: { length: 2, asks: 'list', ngrams: writeIdList(all) },
    };
    const wordSum = await sumOver(devices, { ...phrases, values: 4_000 });
    const victim = [...wordSum.who].at(-1)!;
    const pairSum = await sumOver(
      devices.filter(device => device !== victim),
      list,
    );
    expect(pairSum.who.size).toBe(wordSum.who.size - 1);
    const own = new Set(
      messages[devices.indexOf(victim)]!.filter(each => !isHeldOut(each, serving as never)).flat(),
    );
    let right = 0;
    for (let word = 0; word < 60; word++) {
      // As many devices as have pairs with it, had each of them one.
      const inPairs = all.reduce((sum, pair, i) => sum + (pair.includes(word) ? pairSum.sum[5 * i]! : 0), 0);
      if (wordSum.sum[5 * word]! > inPairs === own.has(word)) right += 1;
    }
    await annotate(`${right} of 60 words of the device left out are told rightly.`);
    expect(right).toBeLessThan(60);
  });

  it('THREAT_MODEL: habits: what a person writes anew is said in each chain', async () => {
    const clock = new VirtualClock(400 * day);
    const written: (readonly number[])[] = [pairs[0]!];
    const devices = population(number => ({ keyboard: { ...sdkText(number), examples: () => written } }), {
      withoutRules: false,
      clock,
    });
    const said: (number | undefined)[] = [];
    const { who } = await sumOver(devices, listOfPairs);
    const [device] = who;
    for (const writesAgain of [false, true]) {
      await clock.advance(2 * day);
      if (writesAgain) written.push(pairs[0]!);
      said.push((await device!.answer(listOfPairs))?.[0]);
    }
    expect(said).toEqual([0, 1]);
  });
});
