import type { PopulationMessage } from '@murmuration/api/device';
import { Tile } from '../controls/tile.tsx';
import { count } from '../format/format.ts';
import { terms } from '../format/terms.ts';
import { useLoaded } from '../loading/loaded.ts';
import { Loading } from '../loading/loading.tsx';
import { words } from './words.ts';

/** Most clients with a line of their own. */
const maxClientLines = 8;

/** All devices ever seen, by the client they ran last. */
export function PopulationCard() {
  const population = useLoaded<PopulationMessage>('population', ['devices']);
  return (
    <section class="card" aria-labelledby="population">
      <h2 id="population">{words.list.population}</h2>
      <Loading of={population}>
        {({ enrolled, revoked, convicted, seenLastDay, clients }) => {
          const most = Math.max(1, ...clients.map(({ devices }) => devices));
          return (
            <>
              <div class="tiles">
                <Tile value={count(enrolled)}>{words.list.enrolled}</Tile>
                <Tile value={count(seenLastDay)}>{words.list.seenLastDay}</Tile>
                <Tile value={count(revoked)}>{words.list.revoked}</Tile>
                <Tile value={count(convicted)}>{words.list.convicted}</Tile>
              </div>
              <ul class="clients">
                {clients.slice(0, maxClientLines).map(({ platform, sdk, devices }) => (
                  <li key={`${platform} ${sdk}`}>
                    <span class="what">
                      {platform || terms.unknown} <span class="muted">SDK {sdk || '–'}</span>
                    </span>
                    <span class="amount">{count(devices)}</span>
                    <span class="meter" aria-hidden="true">
                      <span class="all" style={{ inlineSize: `${(100 * devices) / most}%` }} />
                    </span>
                  </li>
                ))}
              </ul>
            </>
          );
        }}
      </Loading>
    </section>
  );
}
