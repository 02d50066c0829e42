import type { Config } from '@murmuration/coordinator/assembly/config';
import { MlflowClient } from '@murmuration/lifecycle/tracking/mlflow-client';
import { TrackingRefusal } from '@murmuration/lifecycle/tracking/refusal';
import type { Clock } from '@murmuration/protocol/time/clock';
import * as z from 'zod';
import { type Checkup, fault, ok, reason } from './finding.ts';

/** Checks that the MLflow server admits this coordinator; creates nothing there. */
export async function checkTracking(
  { tracking: { mlflow } }: Pick<Config, 'tracking'>,
  clock: Clock,
): Promise<readonly Checkup[]> {
  if (!mlflow) return [];
  const { host } = new URL(mlflow.url);
  const client = new MlflowClient(mlflow, clock, new AbortController().signal);
  try {
    await client.post('experiments/search', { max_results: 1 }, z.unknown());
    return [ok('tracking', `MLflow at ${host} answers.`)];
  } catch (error) {
    const why =
      error instanceof TrackingRefusal ? `${host} answers ${error.code}: is it MLflow?` : reason(error);
    return [
      fault(
        'tracking',
        `Nothing can be told to MLflow: ${why.replace(/\.$/, '')}.`,
        'Correct "tracking" → "mlflow" → "url" and "token"; until then, what is to be told waits.',
      ),
    ];
  }
}
