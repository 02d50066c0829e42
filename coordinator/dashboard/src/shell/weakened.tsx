import { useDashboard } from '../context/dashboard.ts';
import { addressOf } from '../context/routes.ts';
import { terms } from '../format/terms.ts';
import { words } from './words.ts';

/** Banner on every page while a task's settings protect its devices less than its definition does. */
export function Weakened() {
  const { feed } = useDashboard();
  const alerts = feed.overview.value?.alerts ?? [];
  return alerts
    .filter(({ rule, task }) => rule === 'protection-weakened' && task !== null)
    .map(({ id, task, summary }) => (
      <p key={id} class="banner weakened" role="alert">
        <span class="badge is-critical">{terms.severities.critical}</span>
        <span>{summary}</span>
        <a href={addressOf({ page: 'task', task: task! })}>{words.lookAtWeakened}</a>
      </p>
    ));
}
