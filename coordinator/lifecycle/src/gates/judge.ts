import { MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import type { Evaluation } from '@murmuration/rounds/evaluation/evaluation';
import { evaluated } from '@murmuration/rounds/evaluation/measure';
import { evaluationQueryOf, measuredOf } from '@murmuration/rounds/evaluation/on-devices';
import type { VersionName } from '@murmuration/rounds/promotion/version-aliases';
import type { GateDecision } from '@murmuration/rounds/registry/gate-decisions';
import type { Task } from '@murmuration/rounds/task/task';
import type { Gate } from '@murmuration/rounds/task/task-gate';
import { checksOf, type GateFigures } from './checks.ts';
import { pairedTest } from './paired-test.ts';

/** Measures models for a gate. */
export interface Measurement {
  readonly clock: Clock;
  /** Returns the latency that 99 of 100 requests to a model do not exceed, ms. */
  readonly latencyP99: (task: Task, model: ModelFiles, signal: AbortSignal) => Promise<number>;
  /**
   * Returns the metrics of versions that devices measured in one round. Throws an `Error` with the reason if
   * there are none.
   */
  readonly onDevices: (task: Task, versions: readonly ModelHash[]) => Promise<readonly Evaluation[]>;
  /** Yields the thread to other work. */
  readonly turn: () => Promise<void>;
}

/** Version to judge, and the served one, with their files. */
interface Judged {
  readonly task: Task;
  readonly gate: Gate;
  readonly champion: VersionName;
  readonly challenger: VersionName;
  readonly files: (version: VersionName) => Promise<ModelFiles>;
}

/**
 * Measures two versions and decides; `undecided` if they can't be measured. Throws the reason of `signal`
 * once that is aborted.
 */
export async function judge(
  { task, gate, champion, challenger, files }: Judged,
  measurement: Measurement,
  signal: AbortSignal,
): Promise<GateDecision> {
  const decided = (
    outcome: GateDecision['outcome'],
    checks: GateDecision['checks'],
    reason: string | null,
  ) => ({
    task: task.name,
    number: challenger.number,
    model: challenger.model,
    against: { number: champion.number, model: champion.model },
    outcome,
    reason,
    checks,
    decidedAt: measurement.clock.now(),
    promotedAt: null,
    heldBy: null,
    rolledBack: null,
  });
  try {
    const models = [await files(champion), await files(challenger)] as const;
    const byDevices =
      !task.evaluator && evaluationQueryOf(task)
        ? await measurement.onDevices(task, [champion.model, challenger.model])
        : [];
    const [before, after] = await onTheSame(task, async () => [
      await figuresOf(task, gate, models[0], measurement, signal, byDevices[0]),
      await figuresOf(task, gate, models[1], measurement, signal, byDevices[1]),
    ]);
    const { measures, slices } = measuredOf(task);
    const { better, test } = gate;
    const tested =
      better !== null && test !== 'none' && before.evaluation && after.evaluation
        ? await pairedTest(
            test,
            { metric: better, measured: measures[better]!, by: gate.by },
            before.evaluation,
            after.evaluation,
            async () => {
              await measurement.turn();
              signal.throwIfAborted();
            },
          )
        : null;
    const checks = checksOf(gate, { measures, slices, champion: before, challenger: after, tested });
    const failed = checks.filter(({ passed }) => !passed);
    if (failed.length === 0) return decided('passed', checks, null);
    return decided('failed', checks, failed.map(({ text }) => text).join(' '));
  } catch (error) {
    signal.throwIfAborted();
    const why = error instanceof MurmurationError ? error.detail : messageOf(error);
    return decided('undecided', [], `The versions could not be measured: ${why}`);
  }
}

/** Most measurements of both versions while the examples keep changing. */
const attempts = 5;

/** Measures both on the same examples. Throws an `Error` if the examples change every time. */
async function onTheSame<Measured>({ evaluator }: Task, measure: () => Promise<Measured>): Promise<Measured> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const revision = evaluator?.revision?.();
    const measured = await measure();
    if (evaluator?.revision?.() === revision) return measured;
  }
  throw new Error('the held-out examples changed each time while they were measured.');
}

async function figuresOf(
  task: Task,
  gate: Gate,
  model: ModelFiles,
  { clock, latencyP99 }: Measurement,
  signal: AbortSignal,
  byDevices?: Evaluation,
): Promise<GateFigures> {
  return {
    evaluation: byDevices ?? (await evaluated(task, model, clock, signal)),
    latencyP99: gate.latencyP99 === null ? null : await latencyP99(task, model, signal),
    size: model.weights.byteLength,
  };
}
