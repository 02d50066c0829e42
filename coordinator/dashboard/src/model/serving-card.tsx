import type { Serving } from '@murmuration/api/version';
import { Ago } from '../page/moment.tsx';
import { addressOf } from '../page/routes.ts';
import { strings } from '../strings.ts';
import { RollBack, Unpin } from './promote.tsx';

/** Which version devices serve, and from which the next round goes on. */
export function ServingCard({ task, serving }: { readonly task: string; readonly serving: Serving }) {
  const { champion, base, aliases } = serving;
  return (
    <section class="card serving" aria-labelledby="serving">
      <div>
        <h2 id="serving">{strings.model.serving}</h2>
        <p class="big">
          <a href={addressOf({ page: 'version', task, version: champion.number })}>
            {strings.version(champion.number)}
          </a>
        </p>
        <p class="muted">
          {champion.isPinned ? (
            <>
              {strings.model.pinnedBy(champion.by)} {champion.since && <Ago at={champion.since} />}
            </>
          ) : (
            strings.model.follows
          )}
        </p>
        {champion.number !== base.number && <p class="muted">{strings.model.trainsFrom(base.number)}</p>}
        {aliases.length > 0 && (
          <ul class="badges" aria-label={strings.model.aliases}>
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
