import type { TaskSettings } from '@murmuration/api/settings';
import { words } from './words.ts';

/** Settings that protect devices less than the definition of the task does. */
export function Weaknesses({ all }: { readonly all: TaskSettings['weakened'] }) {
  if (all.length === 0) return null;
  return (
    <section class="card weaknesses" aria-labelledby="weaknesses">
      <h2 id="weaknesses">{words.weakened}</h2>
      <ul>
        {all.map(({ field, from, to, means }) => (
          <li key={field}>{words.weakness(field, from, to, means)}</li>
        ))}
      </ul>
      <p class="muted">{words.undoWeakened}</p>
    </section>
  );
}
