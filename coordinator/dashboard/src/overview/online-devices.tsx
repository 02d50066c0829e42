import type { Overview } from '@murmuration/api/overview';
import { addressOf } from '../context/routes.ts';
import { Tile } from '../controls/tile.tsx';
import { count, percent } from '../format/format.ts';
import { terms } from '../format/terms.ts';
import { words } from './words.ts';

/** Devices that are connected now, by the client they run. */
export function OnlineDevices({ devices, isEnrolmentOpen }: Pick<Overview, 'devices' | 'isEnrolmentOpen'>) {
  const { connected, eligible, enrolled, clients } = devices;
  const most = Math.max(1, ...clients.map(each => each.connected));
  return (
    <section class="card" aria-labelledby="online">
      <h2 id="online">{words.onlineHeading}</h2>
      <div class="tiles">
        <Tile value={count(connected)}>{words.online}</Tile>
        <Tile value={count(eligible)}>{words.eligibleNow}</Tile>
        <Tile value={count(enrolled)}>
          <a href={addressOf({ page: 'devices' })}>{words.enrolled}</a>
        </Tile>
      </div>
      {clients.length === 0 ? (
        <p class="hint">{enrolled > 0 ? words.noneNow : words.noDevices(isEnrolmentOpen)}</p>
      ) : (
        <ul class="clients">
          {clients.map(client => (
            <li key={`${client.platform} ${client.sdk}`}>
              <span class="what">
                {client.platform || terms.unknown} <span class="muted">SDK {client.sdk || '–'}</span>
              </span>
              <span class="amount">{words.clients(client.connected, client.eligible)}</span>
              <span class="meter" aria-hidden="true">
                <span class="all" style={{ inlineSize: percent(client.connected / most).replace(' ', '') }} />
                <span class="some" style={{ inlineSize: percent(client.eligible / most).replace(' ', '') }} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
