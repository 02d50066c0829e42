import type { PrivacyBudget } from '@murmuration/api/privacy';
import { useMemo } from 'preact/hooks';
import { RangedCharts } from '../controls/chart-card.tsx';
import { Facts, named } from '../controls/facts.tsx';
import { count, figure } from '../format/format.ts';
import { words } from './words.ts';

/** Privacy budget of a task's versions, and the part of it that is spent. */
export function BudgetCard({ budget }: { readonly budget: PrivacyBudget | null }) {
  return (
    <section class="card" aria-labelledby="budget">
      <h2 id="budget">{words.budget.title}</h2>
      {budget ? <Spent budget={budget} /> : <p class="hint">{words.budget.none}</p>}
    </section>
  );
}

function Spent({ budget }: { readonly budget: PrivacyBudget }) {
  const { epsilon, delta, steps, rounds, isSpent, spent, noise } = budget;
  const share = spent.epsilon === null ? 1 : Math.min(1, spent.epsilon / epsilon);
  const { terms } = words.budget;
  return (
    <>
      <div class="memory">
        <span>
          <strong>{words.budget.epsilon(spent.epsilon)}</strong> {isSpent && words.budget.isSpent}
        </span>
        <span class="muted">{words.budget.of(epsilon, delta)}</span>
        <span class="meter" aria-hidden="true">
          <span class="some" style={{ inlineSize: `${100 * share}%` }} />
        </span>
      </div>
      <p class="spaced">{spent.text}</p>
      {noise && <p class="spaced">{noise}</p>}
      {budget.withAnswers && (
        <p class="spaced">{words.budget.withAnswers(budget.withAnswers.epsilon, budget.withAnswers.delta)}</p>
      )}
      <Facts
        kind="explained"
        of={[
          [named(terms.versions.name, words.budget.versions(steps, rounds)), terms.versions.text],
          [
            named(terms.separation.name, count(budget.separation)),
            terms.separation.text(budget.participations),
          ],
          [named(terms.noise.name, figure(budget.noiseMultiplier)), noiseOf(budget)],
        ]}
      />
    </>
  );
}

/** Description of the noise, and its amount. */
function noiseOf({ noiseBy, blt, bands, moreNoise }: PrivacyBudget): string {
  const { noise } = words.budget.terms;
  if (noiseBy === 'device') return noise.byDevices(moreNoise);
  return blt ? noise.blt(blt.theta.length, moreNoise) : noise.text(bands);
}

/** Chart of ε by version. */
export function Curve({ task, history }: Pick<PrivacyBudget, 'history'> & { readonly task: string }) {
  const times = useMemo(() => history.map(({ createdAt }) => Date.parse(createdAt) / 1_000), [history]);
  const content = useMemo(
    () => ({
      title: words.budget.curve,
      x: { label: words.budget.byVersion, values: history.map(({ number }) => number) },
      y: { label: 'ε', format: figure },
      kind: 'lines' as const,
      place: (x: number) => words.budget.placeOf(x),
      series: [{ label: 'ε', colour: 'shared' as const, values: history.map(({ epsilon }) => epsilon) }],
    }),
    [history],
  );
  return <RangedCharts task={task} times={times} contents={history.length < 2 ? [] : [content]} />;
}
