import { useSignal } from '@preact/signals';
import { Action } from '../page/action.tsx';
import { useDashboard } from '../page/dashboard.ts';
import { Ago } from '../page/moment.tsx';
import { Pager, usePlaces } from '../page/pager.tsx';
import { Scroll } from '../page/scroll.tsx';
import { useLoaded } from '../requests/loaded.ts';
import { Loading } from '../requests/loading.tsx';
import { strings } from '../strings.ts';
import type { Device } from './device.ts';

interface Answer {
  readonly devices: readonly Device[];
  readonly next: string | null;
}

/** Devices by their ids, those first that enrolled last. */
export function DeviceList() {
  const { session, requests } = useDashboard();
  const revoked = useSignal('');
  const places = usePlaces<string>();
  const filter = revoked.value === '' ? '' : `&revoked=${revoked.value}`;
  const loaded = useLoaded<Answer>(`devices?limit=25${filter}${places.query('after')}`, [
    'devices',
    'connections',
  ]);
  const mayChange = session.may('operator');
  const { columns } = strings.devices;
  return (
    <section class="card" aria-labelledby="all-devices">
      <div class="card-head">
        <div>
          <h2 id="all-devices">{strings.devices.all}</h2>
          <p class="muted">{strings.devices.hint}</p>
        </div>
        <div class="filters">
          <label>
            <span>{strings.devices.show}</span>
            <select
              value={revoked.value}
              onChange={({ currentTarget }) => {
                revoked.value = currentTarget.value;
                places.reset();
              }}
            >
              <option value="">{strings.devices.both}</option>
              <option value="false">{strings.devices.unrevoked}</option>
              <option value="true">{strings.devices.revoked}</option>
            </select>
          </label>
        </div>
      </div>
      <Loading of={loaded}>
        {({ devices, next }) =>
          devices.length === 0 ? (
            <p class="hint">{revoked.value === '' ? strings.devices.none : strings.devices.noneFit}</p>
          ) : (
            <>
              <Scroll label={strings.devices.all}>
                <table>
                  <thead>
                    <tr>
                      <th scope="col">{columns.device}</th>
                      <th scope="col">{columns.state}</th>
                      <th scope="col">{columns.runs}</th>
                      <th scope="col">{columns.enrolled}</th>
                      <th scope="col">{columns.seen}</th>
                      <th scope="col">{columns.rounds}</th>
                      {mayChange && <th scope="col">{strings.tokens.columns.actions}</th>}
                    </tr>
                  </thead>
                  <tbody>
                    {devices.map(each => (
                      <tr key={each.device}>
                        <th scope="row">
                          <code>{each.device}</code>
                        </th>
                        <td>
                          <State device={each} />
                          {each.convictions.length > 0 && (
                            <span class="badge is-revoked">
                              {strings.devices.convictions(each.convictions.length)}
                            </span>
                          )}
                        </td>
                        <td>
                          {each.platform ?? strings.devices.unknown}{' '}
                          {each.sdk && <span class="muted">SDK {each.sdk}</span>}
                        </td>
                        <td>
                          <Ago at={each.enrolledAt} />
                        </td>
                        <td>{each.seenAt ? <Ago at={each.seenAt} /> : strings.devices.never}</td>
                        <td>
                          {each.tasks.length === 0
                            ? strings.devices.noRounds
                            : each.tasks
                                .map(({ task, rounds, updates }) =>
                                  strings.devices.part(task, rounds, updates),
                                )
                                .join('; ')}
                        </td>
                        {mayChange && (
                          <td>
                            {each.revokedAt === null && (
                              <Action
                                label={strings.devices.revoke}
                                title={strings.devices.revokeTitle}
                                consequences={strings.devices.revokeConsequences(each.device)}
                                confirm={strings.devices.revoke}
                                done={strings.devices.revokeDone}
                                isDanger
                                run={async () => {
                                  await requests.send('POST', `devices/${each.device}/revoke`);
                                  loaded.reload();
                                }}
                              />
                            )}
                            {each.convictions.length > 0 && (
                              <Action
                                label={strings.devices.pardon}
                                title={strings.devices.pardonTitle}
                                consequences={strings.devices.pardonConsequences(each.device)}
                                confirm={strings.devices.pardon}
                                done={strings.devices.pardonDone}
                                run={async () => {
                                  await requests.send('POST', `devices/${each.device}/pardon`);
                                  loaded.reload();
                                }}
                              />
                            )}
                          </td>
                        )}
                      </tr>
                    ))}
                  </tbody>
                </table>
              </Scroll>
              <Pager places={places} next={next} />
            </>
          )
        }
      </Loading>
    </section>
  );
}

function State({ device: { revokedAt, isConnected } }: { readonly device: Device }) {
  if (revokedAt !== null)
    return (
      <span class="badge is-revoked">
        {strings.devices.revoked} <Ago at={revokedAt} />
      </span>
    );
  return isConnected ? (
    <span class="badge is-valid">{strings.devices.connected}</span>
  ) : (
    <span class="badge">{strings.devices.away}</span>
  );
}
