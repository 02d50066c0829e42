import { useDashboard } from '../context/dashboard.ts';
import { words } from './words.ts';

/** Banner on every page of a coordinator in development mode. */
export function Development() {
  const { feed } = useDashboard();
  if (!feed.overview.value?.isDevelopment) return null;
  return (
    <p class="banner development" role="note">
      {words.development}
    </p>
  );
}
