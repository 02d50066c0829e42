import type { QueryBudgetMessage } from '@murmuration/api/query';
import { words } from './words.ts';

/** Privacy budget of a query's answers, and the part of it that is spent. */
export function BudgetCard({ budget }: { readonly budget: QueryBudgetMessage }) {
  const { epsilon, delta, steps, rounds, isSpent, spent, together } = budget;
  const share = spent.epsilon === null ? 1 : Math.min(1, spent.epsilon / epsilon);
  return (
    <section class="card" aria-labelledby="budget">
      <h2 id="budget">{words.budget.heading}</h2>
      <div class="memory">
        <span>
          <strong>{words.budget.epsilon(spent.epsilon)}</strong> {isSpent && words.budget.isSpent}
        </span>
        <span class="muted">{words.budget.of(epsilon, delta)}</span>
        <span class="meter" aria-hidden="true">
          <span class="some" style={{ inlineSize: `${100 * share}%` }} />
        </span>
      </div>
      <p class="spaced">{words.budget.sums(steps, rounds)}</p>
      <p class="spaced">{spent.text}</p>
      <p class="spaced">{words.budget.together(together.epsilon, together.delta)}</p>
    </section>
  );
}
