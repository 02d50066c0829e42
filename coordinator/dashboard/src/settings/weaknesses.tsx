import type { TaskSettings } from '@murmuration/api/settings';
import { strings } from '../strings.ts';

/** What protects devices less than the definition of the task does. */
export function Weaknesses({ all }: { readonly all: TaskSettings['weakened'] }) {
  if (all.length === 0) return null;
  return (
    <section class="card weaknesses" aria-labelledby="weaknesses">
      <h2 id="weaknesses">{strings.settings.weakened}</h2>
      <ul>
        {all.map(({ field, from, to, means }) => (
          <li key={field}>{strings.settings.weakness(field, from, to, means)}</li>
        ))}
      </ul>
      <p class="muted">{strings.settings.undoWeakened}</p>
    </section>
  );
}
