import { trainingOf } from '@murmuration/client-sdk/session/learn';
import { prepareUpdate } from '@murmuration/client-sdk/update/prepare';
import { aggregateFor } from '@murmuration/coordinator/aggregation/aggregate';
import type { RunningSum } from '@murmuration/coordinator/aggregation/running-sum';
import { cohortSizeOf, type Task } from '@murmuration/coordinator/task/task';
import { describeModel } from '@murmuration/engine/models/model';
import type { Objective } from '@murmuration/engine/objective/objective';
import { seededUniform, shuffle } from '@murmuration/engine/training/seeded';
import { tfjsTrainer } from '@murmuration/engine/training/tfjs-trainer';
import { base64url } from '@murmuration/protocol/encoding/bytes';
import { parseAssignmentId, parseRoundId } from '@murmuration/protocol/ids/ids';
import { type Assignment, assignmentOf } from '@murmuration/protocol/messages/round';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import { encodeModel, type ModelFiles } from '@murmuration/protocol/weights/model-files';

export interface GlobalTraining {
  /** Without masking, and with a strategy that consumes the sum. */
  readonly task: Task;
  readonly objective: Objective<string>;
  /** The messages of each phone. */
  readonly phones: readonly (readonly string[])[];
  readonly rounds: number;
  readonly seed: number;
  readonly random: RandomBytes;
  /** Hears of each round that is over. */
  readonly trained: (round: number, loss: number) => void;
}

/**
 * What rounds of `npm start` without masks lead to, without sockets: cohorts of the goal's size are drawn, each phone trains and
 * prepares its update, and the strategy makes the next model of the sum, all by the code of SDK and coordinator.
 */
export async function trainGlobal({
  task,
  objective,
  phones,
  rounds,
  seed,
  random,
  trained,
}: GlobalTraining): Promise<ModelFiles> {
  const { strategy } = task;
  if (strategy.consumes !== 'sum')
    throw new RangeError('These rounds need a strategy that consumes the sum.');
  const initial = await task.model();
  let model = filesOf(describeModel(initial));
  initial.dispose();
  const trainer = tfjsTrainer(objective);
  const { signal } = new AbortController();
  const uniform = seededUniform(seed);
  let state = strategy.init(model.layout.count);
  for (let number = 1; number <= rounds; number++) {
    const assignment = assignmentIn(task, model, number, random);
    const { plan, round } = assignment;
    const sum = aggregateFor('sum', plan, model.layout, round) as RunningSum;
    const cohort = shuffle(Uint32Array.from(phones.keys()), uniform).subarray(0, task.cohort.goal);
    let loss = 0;
    for (const phone of cohort) {
      const { delta, examples, metrics } = await trainer.train(
        model,
        trainingOf(assignment),
        phones[phone]!,
        signal,
        () => {},
      );
      sum.add(prepareUpdate({ delta, examples, layout: model.layout }, assignment, random));
      loss += metrics.loss! / cohort.length;
    }
    const stepped = strategy.apply(state, model.weights, sum.mean());
    state = stepped.state;
    model = filesOf({ ...model, weights: stepped.model });
    trained(number, loss);
  }
  await trainer.close();
  return model;
}

/** The assignment of every phone of a round: sockets alone would tell them apart. */
function assignmentIn(task: Task, { hash }: ModelFiles, number: number, random: RandomBytes): Assignment {
  return assignmentOf({
    round: parseRoundId(base64url(random(16))),
    number,
    assignment: parseAssignmentId(base64url(random(16))),
    token: random(32),
    deadline: 0,
    plan: {
      task: task.name,
      version: task.planVersion,
      model: hash,
      training: task.training,
      update: task.update,
      masking: null,
      largestCohort: cohortSizeOf(task),
      grace: 0,
    },
  });
}

function filesOf({ topology, layout, weights }: Omit<ModelFiles, 'hash'>): ModelFiles {
  return { hash: encodeModel(topology, layout, weights).hash, topology, layout, weights };
}
