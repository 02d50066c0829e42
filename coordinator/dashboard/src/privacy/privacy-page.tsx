import type { PrivacyBudget } from '@murmuration/api/privacy';
import { addressOf } from '../context/routes.ts';
import { useLoaded } from '../loading/loaded.ts';
import { Loading } from '../loading/loading.tsx';
import { BudgetCard, Curve } from './budget-card.tsx';
import { words } from './words.ts';

/** Tab of a task's privacy budget. */
export function PrivacyPage({ task }: { readonly task: string }) {
  const budget = useLoaded<PrivacyBudget | null>(`tasks/${task}/privacy`, ['settings', 'versions'], task);
  return (
    <>
      <Loading of={budget}>
        {found => (
          <div class="stack">
            <BudgetCard budget={found} />
            {found && <Curve task={task} history={found.history} />}
          </div>
        )}
      </Loading>
      <p class="lead">
        <a href={addressOf({ page: 'protection', task })}>{words.protection}</a>
      </p>
    </>
  );
}
