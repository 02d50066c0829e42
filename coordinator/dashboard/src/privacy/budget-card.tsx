import type { PrivacyBudget } from '@murmuration/api/privacy';
import { useMemo } from 'preact/hooks';
import { useChanges } from '../controls/changes.ts';
import { MarkedChart } from '../controls/chart-card.tsx';
import { Span, useRange } from '../controls/span.tsx';
import { count, figure } from '../format/format.ts';
import { words } from './words.ts';

interface Shown<Budget> {
  readonly task: string;
  readonly budget: Budget;
}

/** Privacy budget of a task's versions, and the part of it that is spent. */
export function BudgetCard({ task, budget }: Shown<PrivacyBudget | null>) {
  return (
    <section class="card" aria-labelledby="budget">
      <h2 id="budget">{words.budget.title}</h2>
      {budget ? <Spent task={task} budget={budget} /> : <p class="hint">{words.budget.none}</p>}
    </section>
  );
}

function Spent({ task, budget }: Shown<PrivacyBudget>) {
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
      <dl class="explained">
        <dt>
          {terms.versions.name} <strong>{words.budget.versions(steps, rounds)}</strong>
        </dt>
        <dd>{terms.versions.text}</dd>
        <dt>
          {terms.separation.name} <strong>{count(budget.separation)}</strong>
        </dt>
        <dd>{terms.separation.text(budget.participations)}</dd>
        <dt>
          {terms.noise.name} <strong>{figure(budget.noiseMultiplier)}</strong>
        </dt>
        <dd>{noiseOf(budget)}</dd>
      </dl>
      <Curve task={task} history={budget.history} />
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
function Curve({ task, history }: Pick<PrivacyBudget, 'history'> & { readonly task: string }) {
  const [changes, range] = [useChanges(), useRange(0)];
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
  return history.length < 2 ? null : (
    <MarkedChart content={content} times={times} range={range} changes={changes} task={task}>
      <Span otherwise={0} />
    </MarkedChart>
  );
}
