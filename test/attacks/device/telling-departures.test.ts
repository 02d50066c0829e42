import type { Inference } from '@murmuration/client-sdk/hybrid/inference';
import { OutcomeRecord } from '@murmuration/client-sdk/outcomes/outcome-record';
import { predictionId } from '@murmuration/client-sdk/outcomes/prediction-id';
import type { AnswerOptions } from '@murmuration/client-sdk/queries/answer-options';
import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import type { Serving } from '@murmuration/engine/inference/serving';
import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import { defineQuery, type QueryDefinition } from '@murmuration/protocol/queries/define-query';
import type { OutcomesQuery, Query } from '@murmuration/protocol/queries/query';
import { writeQuery } from '@murmuration/protocol/queries/query-bytes';
import { sideAsked } from '@murmuration/protocol/queries/sides';
import type { Answer } from '@murmuration/protocol/queries/vector';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { describe, expect, it } from 'vitest';
import { putOn } from '../../sides.ts';
import { StillTrainer } from '../../unit/client-sdk/device.ts';
import { assignmentOf } from '../../unit/client-sdk/memory-coordinator.ts';
import { answering, Told } from './answering.ts';
import { day, fair, type Victim } from './victim.ts';

const plan = (query: Query) => ({ ...fair, query: writeQuery(query) });

/** What the coordinator hears of a device before any mask: whether it goes on, and what it said otherwise. */
async function heard(victim: Victim, query: Query) {
  const { keys, leave } = victim.coordinator.asked;
  const assignment = await victim.assign('r1', plan(query));
  const said = async () => {
    await victim.clock.advance(0);
    return keys.length + leave.length;
  };
  await expect.poll(said).toBeGreaterThan(0);
  const told = new Told(victim, assignment);
  if (keys.length > 0) {
    await told.tell(
      'roster',
      told.peers.roster(victim.coordinator.asked.enrol[0]!.publicKey, told.last('keys')),
    );
    await told.tell('bundle', told.peers.bundle(told.last('shares')));
  }
  for (let slots = 0; slots < 4; slots++) await victim.clock.advance(30_000);
  const { uploads } = victim.coordinator;
  return {
    keys: keys.length,
    left: victim.left,
    bytes: uploads.map(({ bytes }) => bytes.length),
    /** What the device has put into the sum, of which the coordinator sees nothing. */
    async sum() {
      const statement = told.peers.statement();
      await told.tell('survivors', statement);
      await told.tell('agreed', told.peers.agreed(statement));
      return [...told.peers.sentBy(uploads[0]!.bytes, statement, told.last('reveal'))];
    },
  };
}

type Heard = Awaited<ReturnType<typeof heard>>;
const seen = ({ keys, left, bytes }: Heard) => ({ keys, left, bytes });
const answers = { keys: 1, left: [], bytes: [expect.any(Number)] };

const asking = (definition: object) =>
  defineQuery({ name: 'taken', threshold: 10, ...definition } as QueryDefinition);

/** A device whose app says that, on the side that is asked. */
const saying = async (kind: Query['kind'], answer: Answer) =>
  answering({
    answers: { taken: { kinds: [kind], answer: () => answer } },
    storage: await onSideOf(kind, 'taken'),
  });

async function onSideOf(kind: Query['kind'], source: string) {
  const storage = memoryStorage();
  await putOn(sideAsked(kind, 1) ?? 'counts', source, storage);
  return storage;
}

describe('a coordinator that halves the bounds of a query until a device leaves', () => {
  // biome-ignore format: one attack a line
  it.each<[string, object, within: Answer, beyond: Answer]>([
    ['a number', { kind: 'mean', least: 0, most: 50 }, 20, 70],
    ['a number from below', { kind: 'sum', least: 30, most: 100 }, 40, 20],
    ['how many values there are', { kind: 'histogram', bins: { edges: [0, 1] }, values: 1 }, [0.5], [0.5, 0.7]],
    ['how many items there are', { kind: 'top', items: ['a'], values: 1 }, ['a'], ['a', 'b']],
    ['how many texts there are', { kind: 'distinct', buckets: 16, values: 1 }, ['a'], ['a', 'b']],
    ['the largest number', { kind: 'numbers', numbers: 16 }, [3, 4], [3, 40]],
    ['how many numbers there are', { kind: 'numbers', numbers: 64, values: 1 }, [3], [3, 40]],
  ])('QY2: does not learn %s', async (_, definition, within, beyond) => {
    const query = asking(definition);
    const honest = await heard(await saying(query.kind, within), query);
    const probed = await heard(await saying(query.kind, beyond), query);
    expect(seen(honest)).toEqual(answers);
    expect(seen(probed)).toEqual(seen(honest));
  });

  it('QY2: has in the sum what the bounds allow, and no more', async () => {
    const query = asking({ kind: 'mean', least: 0, most: 50, levels: 1_000 });
    expect(await (await heard(await saying('mean', 70), query)).sum()).toEqual([1_000, 1_000]);
    expect(await (await heard(await saying('mean', -70), query)).sum()).toEqual([0, 0]);
  });
});

describe('a coordinator that asks for one outcome at a time', () => {
  const version = 'a'.repeat(64) as ModelHash;
  const live: Record<string, AnswerOptions> = { taken: { kinds: ['outcomes'] } };

  it('QY2: does not learn from who leaves whether a device told of it', async () => {
    const asked = async (outcome: string) => {
      const [storage, clock] = [memoryStorage(), new VirtualClock(100 * day)];
      const record = new OutcomeRecord({ storage, task: 'keyboard' as TaskName, clock });
      await record.add(predictionId({ model: version, at: clock.now() }, 0), 'accepted');
      const query: OutcomesQuery = {
        ...(asking({ kind: 'outcomes', outcomes: [outcome] }) as OutcomesQuery),
        versions: [version],
      };
      return heard(await answering({ answers: live, storage, clock }), query);
    };
    const [told, other] = [await asked('accepted'), await asked('rejected')];
    expect(seen(told)).toEqual(answers);
    expect(seen(other)).toEqual(seen(told));
    expect([await told.sum(), await other.sum()]).toEqual([
      [1, 1, 1, 1, 1],
      [0, 0, 0, 0, 0],
    ]);
  });
});

/** The version that rounds name, and the questions of one example each about it. */
const version = assignmentOf(new VirtualClock()).plan.model;
const serving: Serving<unknown> = {
  classes: 2,
  firstClass: 0,
  input: () => [0],
  questions: example => ({ input: [example as number], targets: [{ position: 0, class: 1 }] }),
};

/** A model whose number for each class of an example is this. */
function modelWhose(number: (example: unknown) => number): Inference {
  return {
    open: async () => ({
      predict: async () => new Float32Array(2),
      answer: async example => new Float32Array(2).fill(number(example)),
      close: async () => {},
    }),
    close: async () => {},
  };
}

describe('a coordinator that times the first message of a device', () => {
  it.each<[string, Query]>([
    ['an evaluation', { ...asking({ kind: 'evaluation' }), versions: [version] } as Query],
    ['n-grams', asking({ kind: 'ngrams', classes: 2, firstClass: 0, sketches: [] })],
  ])('R6: does not learn from %s how many examples it has, which it reads after that', async (_, query) => {
    let read = 0;
    function* examples() {
      for (let example = 0; example < 5_000; example++) {
        read += 1;
        yield example;
      }
    }
    const victim = await answering({
      answers: { taken: { kinds: [query.kind] } },
      storage: await onSideOf(query.kind, 'examples'),
      task: { examples, hybrid: { serving, inference: modelWhose(() => 0.5) }, trainer: new StillTrainer() },
    });
    let before: number | undefined;
    victim.coordinator.answers.keys = () => {
      before = read;
      return null;
    };
    read = 0;
    expect(seen(await heard(victim, query))).toEqual(answers);
    expect(before).toBeLessThan(100);
    expect(read).toBeGreaterThanOrEqual(5_000);
  });
});

describe('a coordinator that makes a version which gives no numbers where a word occurs', () => {
  const word = 7;
  /** As a model does whose row of the word is not finite. */
  const inference = modelWhose(example => (example === word ? Number.NaN : 0.5));
  it('QY13: does not learn from an evaluation which device has it', async () => {
    const asked = async (examples: readonly number[]) => {
      const victim = await answering({
        answers: { taken: { kinds: ['evaluation'] } },
        task: { examples: () => examples, hybrid: { serving, inference }, trainer: new StillTrainer() },
      });
      return heard(victim, { ...asking({ kind: 'evaluation' }), versions: [version] } as Query);
    };
    const others = Array.from({ length: 100 }, (_, i) => 100 + i);
    const [having, without] = [await asked([...others, ...Array(100).fill(word)]), await asked(others)];
    expect(seen(without)).toEqual(answers);
    expect(seen(having)).toEqual(seen(without));
  });
});
