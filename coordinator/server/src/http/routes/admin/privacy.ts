import { type PrivacyBudget, privacyBudget } from '@murmuration/api/privacy';
import { taskName } from '@murmuration/api/scalars';
import { noiseShare } from '@murmuration/privacy/statements/words';
import { iso } from '@murmuration/protocol/time/iso';
import type { PrivacyBudgets } from '@murmuration/rounds/privacy/budgets';
import { statementMessage } from '@murmuration/rounds/privacy/messages';
import type { History } from '@murmuration/rounds/registry/ports';
import type { AllRounds } from '@murmuration/rounds/rounds/all-tasks';
import { knownTask } from '@murmuration/rounds/task/known-task';
import * as z from 'zod';
import type { App } from '../../app.ts';
import { problem } from '../../problem.ts';

/** Maximum number of versions in the chart of ε. */
const maxChartVersions = 200;
/** Number of newest versions whose noise is listed. */
const listedVersions = 10;

/** Adds the routes of a task's privacy budget, and of how much is spent. */
export function privacyRoutes(
  scope: App,
  tasks: AllRounds,
  { privacy, history }: { readonly privacy: PrivacyBudgets; readonly history: History },
): void {
  scope.get(
    '/tasks/:task/privacy',
    {
      config: { least: 'viewer' },
      schema: {
        summary: 'The privacy budget, what is spent of it, and what ε stands on; null without a budget',
        params: z.object({ task: taskName }),
        response: { 200: privacyBudget.nullable(), 404: problem },
      },
    },
    async ({ params: { task: name } }): Promise<PrivacyBudget | null> => {
      const { task, isSpent } = knownTask(tasks.get(name), name);
      const status = privacy.statusOf(task);
      if (!status || !task.privacy) return null;
      const { separation, participations, bands, noiseMultiplier, devices } = task.privacy;
      const { epsilon, delta, steps, rounds, statement, moreNoise, blt } = status;
      const last = await history.versions(task.name, Number.MAX_SAFE_INTEGER, listedVersions);
      const noisy = last.flatMap(each => (each.privacy ? [each.privacy] : []));
      const all = await history.thinned(task.name, maxChartVersions);
      return {
        epsilon,
        delta,
        steps,
        rounds,
        isSpent: isSpent || steps >= rounds,
        separation,
        participations,
        bands,
        blt: blt ? { theta: [...blt.theta], omega: [...blt.omega] } : null,
        noiseMultiplier,
        noiseBy: devices ? 'device' : 'coordinator',
        moreNoise,
        spent: statementMessage(statement),
        withAnswers: privacy.answers.hasAny(task) ? privacy.togetherOf(task) : null,
        noise: noisy.length > 0 ? noiseShare(noisy).words : null,
        history: all.flatMap(({ number, createdAt, privacy: of }) =>
          of
            ? [
                {
                  number,
                  createdAt: iso(createdAt),
                  epsilon: of.statement.holds ? of.statement.epsilon : null,
                },
              ]
            : [],
        ),
      };
    },
  );
}
