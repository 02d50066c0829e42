import type { TaskServing } from '@murmuration/api/version';
import { addressOf } from '../context/routes.ts';
import { Ago } from '../controls/moment.tsx';
import { terms } from '../format/terms.ts';
import { RollBack, Unpin } from './promote.tsx';
import { words } from './words.ts';

/** Version that devices serve, and the one that the next round trains from. */
export function ServingCard({ task, serving }: { readonly task: string; readonly serving: TaskServing }) {
  const { champion, base, aliases } = serving;
  return (
    <section class="card serving" aria-labelledby="serving">
      <div>
        <h2 id="serving">{words.model.serving}</h2>
        <p class="big">
          <a href={addressOf({ page: 'version', task, version: champion.number })}>
            {terms.version(champion.number)}
          </a>
        </p>
        <p class="muted">
          {champion.isPinned ? (
            <>
              {words.model.pinnedBy(champion.by)} {champion.since && <Ago at={champion.since} />}
            </>
          ) : serving.isGated ? (
            words.model.followsGate
          ) : (
            words.model.follows
          )}
        </p>
        {champion.isPinned && (
          <p class="muted">
            {words.model.pinnedHint((serving.isGated ? words.gate.release : words.model.unpin).label)}
          </p>
        )}
        {champion.number !== base.number && <p class="muted">{words.model.trainsFrom(base.number)}</p>}
        {aliases.length > 0 && (
          <ul class="badges" aria-label={words.model.aliases}>
            {aliases.map(({ alias, number }) => (
              <li key={alias} class="badge is-both">
                {alias} → {number}
              </li>
            ))}
          </ul>
        )}
      </div>
      <div class="actions">
        <Unpin task={task} serving={serving} />
        <RollBack task={task} serving={serving} />
      </div>
    </section>
  );
}
