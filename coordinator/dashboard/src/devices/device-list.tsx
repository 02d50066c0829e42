import type { DeviceMessage } from '@murmuration/api/device';
import { words as tokenWords } from '../access/words.ts';
import { useChoice, useDashboard } from '../context/dashboard.ts';
import { Action } from '../controls/action.tsx';
import { ExportCsv } from '../controls/export-csv.tsx';
import { Ago } from '../controls/moment.tsx';
import { Pager, usePlaces } from '../controls/pager.tsx';
import { Choice } from '../controls/select.tsx';
import { Table } from '../controls/table.tsx';
import { terms } from '../format/terms.ts';
import { useLoaded } from '../loading/loaded.ts';
import { Loading } from '../loading/loading.tsx';
import { words } from './words.ts';

interface Answer {
  readonly devices: readonly DeviceMessage[];
  readonly next: string | null;
}

/** List of devices by id, most recently enrolled first. */
export function DeviceList() {
  const { feed } = useDashboard();
  const revoked = useChoice('revoked');
  const search = useChoice('search');
  const filter = [
    /^(true|false)$/.test(revoked.value) && `&revoked=${revoked.value}`,
    search.value && `&search=${encodeURIComponent(search.value)}`,
  ]
    .filter(Boolean)
    .join('');
  const places = usePlaces<string>(filter);
  const loaded = useLoaded<Answer>(`devices?limit=25${filter}${places.query('after')}`, [
    'devices',
    'connections',
  ]);
  return (
    <section class="card" aria-labelledby="all-devices">
      <div class="card-head">
        <div>
          <h2 id="all-devices">{words.list.all}</h2>
          <p class="muted">{words.list.hint}</p>
        </div>
        <div class="filters">
          <Filters search={search} revoked={revoked} />
          <Export filter={filter} />
        </div>
      </div>
      <Loading of={loaded}>
        {({ devices, next }) =>
          devices.length === 0 ? (
            <p class="hint">
              {filter === ''
                ? words.list.none(feed.overview.value?.isEnrolmentOpen ?? false)
                : words.list.noneFit}
            </p>
          ) : (
            <>
              <DeviceTable devices={devices} changed={() => loaded.reload()} />
              <Pager places={places} next={next} />
            </>
          )
        }
      </Loading>
    </section>
  );
}

type Filter = Readonly<Record<'search' | 'revoked', ReturnType<typeof useChoice>>>;

function Filters({ search, revoked }: Filter) {
  return (
    <>
      <label>
        <span>{words.list.search}</span>
        <input
          type="search"
          value={search.value}
          maxLength={64}
          autocomplete="off"
          spellcheck={false}
          placeholder={words.list.searchHint}
          onInput={({ currentTarget }) => search.choose(currentTarget.value.trim())}
        />
      </label>
      <Choice
        label={words.list.show}
        value={revoked.value}
        of={[
          ['', words.list.both],
          ['false', words.list.unrevoked],
          ['true', words.list.revoked],
        ]}
        choose={revoked.choose}
      />
    </>
  );
}

/** Button that saves all matching devices as a file. */
function Export({ filter }: { readonly filter: string }) {
  return (
    <ExportCsv<Answer, DeviceMessage>
      name="devices"
      columns={{
        device: each => each.device,
        enrolled: each => each.enrolledAt,
        revoked: each => each.revokedAt,
        'last seen': each => each.seenAt,
        platform: each => each.platform,
        SDK: each => each.sdk,
        rounds: each => each.tasks.reduce((sum, { rounds }) => sum + rounds, 0),
        updates: each => each.tasks.reduce((sum, { updates }) => sum + updates, 0),
      }}
      path={after =>
        `devices?limit=200${filter}${after === null ? '' : `&after=${encodeURIComponent(after)}`}`
      }
      rowsOf={answer => answer.devices}
      nextOf={answer => answer.next}
    />
  );
}

interface Listed {
  readonly devices: readonly DeviceMessage[];
  readonly changed: () => void;
}

function DeviceTable({ devices, changed }: Listed) {
  const mayChange = useDashboard().session.may('operator');
  return (
    <Table
      label={words.list.all}
      columns={{ ...words.list.columns, actions: mayChange && tokenWords.list.columns.actions }}
    >
      {devices.map(each => (
        <tr key={each.device}>
          <DeviceCells device={each} />
          {mayChange && (
            <td>
              <Actions device={each} changed={changed} />
            </td>
          )}
        </tr>
      ))}
    </Table>
  );
}

function DeviceCells({ device }: { readonly device: DeviceMessage }) {
  return (
    <>
      <th scope="row">
        <code>{device.device}</code>
      </th>
      <td>
        <State device={device} />
        {device.convictions.length > 0 && (
          <span class="badge is-revoked">{words.list.convictions(device.convictions.length)}</span>
        )}
        <Marks of={device.marks} />
      </td>
      <td>
        {device.platform ?? terms.unknown} {device.sdk && <span class="muted">SDK {device.sdk}</span>}
      </td>
      <td>
        <Ago at={device.enrolledAt} />
      </td>
      <td>{device.seenAt ? <Ago at={device.seenAt} /> : words.list.never}</td>
      <td>
        {device.tasks.length === 0
          ? words.list.noRounds
          : device.tasks
              .map(({ task, rounds, updates }) => words.list.part(task, rounds, updates))
              .join('; ')}
      </td>
    </>
  );
}

function Actions({ device, changed }: { readonly device: DeviceMessage; readonly changed: () => void }) {
  const { requests } = useDashboard();
  const { device: id, revokedAt, convictions, marks } = device;
  const run = (action: 'revoke' | 'pardon') => async () => {
    await requests.send('POST', `devices/${id}/${action}`);
    changed();
  };
  return (
    <>
      {revokedAt === null && <Action {...words.list.revoke(id)} isDanger run={run('revoke')} />}
      {convictions.length + marks.length > 0 && <Action {...words.list.pardon(id)} run={run('pardon')} />}
    </>
  );
}

function State({ device: { revokedAt, isConnected } }: { readonly device: DeviceMessage }) {
  if (revokedAt !== null)
    return (
      <span class="badge is-revoked">
        {words.list.revoked} <Ago at={revokedAt} />
      </span>
    );
  return isConnected ? (
    <span class="badge is-valid">{words.list.connected}</span>
  ) : (
    <span class="badge">{words.list.away}</span>
  );
}

/** Badges of suspicious behaviour that is not proved. */
function Marks({ of: marks }: { readonly of: DeviceMessage['marks'] }) {
  const most = (what: 'failures' | 'silences' | 'delays') => Math.max(0, ...marks.map(mark => mark[what]));
  return (
    <>
      {marks.some(({ apartUntil }) => apartUntil !== null) && (
        <span class="badge is-revoked">{words.list.apart}</span>
      )}
      {(['failures', 'silences', 'delays'] as const).map(
        what =>
          most(what) > 1 && (
            <span key={what} class="badge">
              {words.list[what](most(what))}
            </span>
          ),
      )}
    </>
  );
}
