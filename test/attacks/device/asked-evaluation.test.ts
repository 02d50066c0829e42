import type { Floors } from '@murmuration/client-sdk/floors/floors';
import { ExampleSplit } from '@murmuration/client-sdk/hybrid/held-out';
import type { Inference } from '@murmuration/client-sdk/hybrid/inference';
import type { AnswerOptions } from '@murmuration/client-sdk/queries/answer-options';
import type { Trainer } from '@murmuration/client-sdk/training/trainer';
import type { Serving } from '@murmuration/engine/inference/serving';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import { modelPath } from '@murmuration/protocol/messages/channel';
import { encodeFrame } from '@murmuration/protocol/messages/frame';
import type { Plan } from '@murmuration/protocol/messages/plan';
import type { Assignment } from '@murmuration/protocol/messages/round';
import { defineQuery, type QueryDefinition } from '@murmuration/protocol/queries/define-query';
import type { EvaluationQuery } from '@murmuration/protocol/queries/query';
import { writeQuery } from '@murmuration/protocol/queries/query-bytes';
import { layoutOf } from '@murmuration/protocol/weights/layout';
import { encodeModel } from '@murmuration/protocol/weights/model-files';
import { describe, expect, it } from 'vitest';
import { StillTrainer } from '../../unit/client-sdk/device.ts';
import { assignmentOf, layout } from '../../unit/client-sdk/memory-coordinator.ts';
import { answering, Told } from './answering.ts';
import { fair, type Victim } from './victim.ts';

const serving: Serving<unknown> = {
  classes: 2,
  firstClass: 0,
  input: () => [0],
  questions: example => ({ input: [example as number], targets: [{ position: 0, class: 1 }] }),
};
const inference: Inference = {
  open: async () => ({
    predict: async () => new Float32Array(2),
    answer: async () => Float32Array.of(0.25, 0.75),
    close: async () => {},
  }),
  close: async () => {},
};
const answers: Record<string, AnswerOptions> = { evaluation: { kinds: ['evaluation'] } };
const examples = Array.from({ length: 100 }, (_, value) => value);

/** What the coordinator has, and trains from. */
const known = assignmentOf({ now: () => 0 } as never, 'r0', {}).plan.model;

const asking = (
  definition: object = {},
  versions: readonly string[] = [known],
  change: Partial<Plan> = {},
) => {
  const query = {
    ...defineQuery({ name: 'evaluation', kind: 'evaluation', ...definition } as QueryDefinition),
    versions: versions as ModelHash[],
  } as EvaluationQuery;
  return { ...fair, query: versions.length > 4 ? encodeFrame(query) : writeQuery(query), ...change };
};

/** A device that serves its task, and lets its versions be measured. */
const device = (allowed = answers, trainer: Trainer = new StillTrainer(), floors: Floors = {}) =>
  answering({
    answers: allowed,
    floors,
    task: { examples: () => examples, hybrid: { serving, inference }, trainer },
  });

/** Asks it in a round, until it has said something of that round, or given it up. */
async function asked(victim: Victim, round: string, plan: Partial<Plan>): Promise<Assignment> {
  const said = () => victim.coordinator.asked.keys.length + victim.left.length;
  const before = said();
  const assignment = await victim.assign(round, plan);
  const saidLater = async () => {
    await victim.clock.advance(0);
    return said();
  };
  await expect.poll(saidLater).toBeGreaterThan(before);
  return assignment;
}

describe('a coordinator that has versions evaluated', () => {
  it('QY13: gets one masked answer, of held-out examples, of which it sees no single one', async () => {
    const victim = await device();
    const assignment = await asked(victim, 'r1', asking());
    const told = new Told(victim, assignment);
    await told.untilUpload();
    const statement = told.peers.statement();
    await told.tell('survivors', statement);
    await told.tell('agreed', told.peers.agreed(statement));
    const sum = told.peers.sentBy(victim.coordinator.uploads[0]!.bytes, statement, told.last('reveal'));
    const split = new ExampleSplit(serving);
    for (const example of examples) split.add(example);
    const loss = Math.round((-Math.log(0.75) / 14) * 1_000);
    const level = (value: number) => [value, Math.round(value ** 2 / 1_000)];
    expect([...sum]).toEqual([
      1_000,
      5 * split.heldOut.length,
      ...level(loss),
      ...level(1_000),
      ...level(1_000),
    ]);
    // Not a second time in its period.
    await victim.assign('r2', asking());
    expect(victim.floors).toEqual(['queryPeriod']);
  });

  // biome-ignore format: one attack a line
  it.each([
    ['for what nine devices say', asking({ threshold: 9 }), 'queryThreshold'],
    ['every hour', asking({ period: '1 h' }), 'queryPeriod'],
    ['without masks', asking({}, [known], { masking: null }), 'masking'],
    ['of five versions', asking({}, ['a', 'b', 'c', 'd', 'e'].map(digit => digit.repeat(64))), 'queries'],
    ['under another name', asking({ name: 'other' }), 'queries'],
  ])('QY2: gets nothing %s', async (_, plan, floor) => {
    const victim = await device();
    await victim.assign('r1', plan);
    expect([victim.floors, victim.given, victim.left]).toEqual([[floor], 0, ['declined']]);
  });

  it('gets nothing where the app has not allowed it, or the device has nothing to measure on', async () => {
    const unwilling = await device({ evaluation: { kinds: ['count'], answer: () => true } });
    await unwilling.assign('r1', asking());
    expect([unwilling.floors, unwilling.given]).toEqual([['queries'], 0]);
    const unserved = await answering({ answers });
    await asked(unserved, 'r1', asking());
    expect([unserved.given, unserved.left]).toEqual([0, ['declined']]);
  });

  it('QY13: gets no answer for a model of another shape, made to make examples speak', async () => {
    const victim = await device(answers, undefined, { topology: 'pinned' });
    const other = layoutOf([{ name: 'w', shape: [9] }]);
    const made = encodeModel({ class_name: 'Sequential' }, other, new Float32Array(9));
    const { files } = victim.coordinator;
    files.set(modelPath(made.hash), made.json);
    files.set(modelPath(made.hash).replace('model.json', `${made.weightsHash}.bin`), made.weights);
    // The shape of the first model is pinned.
    const first = await asked(victim, 'r1', asking());
    await new Told(victim, first).untilUpload();
    await victim.clock.advance(2 * 86_400_000);
    const assignment = await asked(victim, 'r2', asking({}, [made.hash]));
    const told = new Told(victim, assignment);
    await told.tell(
      'roster',
      told.peers.roster(victim.coordinator.asked.enrol[0]!.publicKey, told.last('keys')),
    );
    await victim.clock.advance(120_000);
    // Those of the first query.
    expect(victim.coordinator.asked.shares).toHaveLength(1);
    expect(victim.coordinator.uploads).toHaveLength(1);
    expect(victim.floors).toContain('topology');
  });

  it('QY13: has no round train on what versions are measured on', async () => {
    const seen: unknown[] = [];
    const trainer: Trainer = {
      async train(_model, _settings, own) {
        seen.push(...own);
        return { delta: new Float32Array(layout.count), examples: own.length, metrics: {} };
      },
      close: async () => {},
    };
    const victim = await device(answers, trainer);
    const assignment = await victim.assign('r1');
    const told = new Told(victim, assignment);
    await told.tell(
      'roster',
      told.peers.roster(victim.coordinator.asked.enrol[0]!.publicKey, told.last('keys')),
    );
    await told.tell('bundle', told.peers.bundle(told.last('shares')));
    const trained = async () => {
      await victim.clock.advance(0);
      return seen.length;
    };
    await expect.poll(trained).toBeGreaterThan(0);
    const split = new ExampleSplit(serving);
    for (const example of examples) split.add(example);
    expect(seen).toEqual(split.training);
    expect(split.heldOut.length).toBeGreaterThan(10);
  });
});
