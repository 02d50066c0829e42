import { NewToken } from '../access/new-token.tsx';
import type { EnrolmentToken } from '../access/tokens.ts';
import { Action } from '../page/action.tsx';
import { useDashboard } from '../page/dashboard.ts';
import { count, instant } from '../page/format.ts';
import { Ago } from '../page/moment.tsx';
import { Pager, usePlaces } from '../page/pager.tsx';
import { Scroll } from '../page/scroll.tsx';
import { useLoaded } from '../requests/loaded.ts';
import { Loading } from '../requests/loading.tsx';
import { strings } from '../strings.ts';

interface Answer {
  readonly tokens: readonly EnrolmentToken[];
  readonly next: string | null;
}

/** With what devices enrol. */
export function EnrolmentTokens() {
  const { session, requests } = useDashboard();
  const places = usePlaces<string>();
  const loaded = useLoaded<Answer>(`enrolment-tokens?limit=20${places.query('after')}`, [
    'enrolment-tokens',
    'devices',
  ]);
  const mayChange = session.may('operator');
  const { columns } = strings.tokens;
  return (
    <section class="card" aria-labelledby="enrolment">
      <div class="card-head">
        <div>
          <h2 id="enrolment">{strings.enrolment.heading}</h2>
          <p class="muted">{strings.enrolment.hint}</p>
        </div>
        {mayChange && <NewToken kind="enrolment" made={() => loaded.reload()} />}
      </div>
      <Loading of={loaded}>
        {({ tokens, next }) =>
          tokens.length === 0 && next === null ? (
            <p class="hint">{strings.enrolment.none}</p>
          ) : (
            <>
              <Scroll label={strings.enrolment.heading}>
                <table>
                  <thead>
                    <tr>
                      <th scope="col">{columns.name}</th>
                      <th scope="col">{columns.state}</th>
                      <th scope="col" class="number">
                        {columns.uses}
                      </th>
                      <th scope="col">{columns.made}</th>
                      <th scope="col">{columns.expires}</th>
                      {mayChange && <th scope="col">{columns.actions}</th>}
                    </tr>
                  </thead>
                  <tbody>
                    {tokens.map(token => (
                      <tr key={token.id}>
                        <th scope="row">
                          {token.name} <code class="muted">{token.id}</code>
                        </th>
                        <td>
                          <span class={`badge is-${token.state}`}>{strings.tokens.states[token.state]}</span>
                        </td>
                        <td class="number">
                          {count(token.uses)} {strings.tokens.ofUses(token.maxUses)}
                        </td>
                        <td>
                          <Ago at={token.createdAt} />
                        </td>
                        <td>{token.expiresAt ? instant(token.expiresAt) : strings.tokens.never}</td>
                        {mayChange && (
                          <td>
                            {token.state === 'valid' && (
                              <Action
                                label={strings.tokens.revoke}
                                title={strings.tokens.revokeTitle(token.name)}
                                consequences={strings.enrolment.revokeConsequences}
                                confirm={strings.tokens.revoke}
                                done={strings.tokens.revokeDone(token.name)}
                                isDanger
                                run={async () => {
                                  await requests.send('POST', `enrolment-tokens/${token.id}/revoke`);
                                  loaded.reload();
                                }}
                              />
                            )}
                            {token.uses > 0 && (
                              <Action
                                label={strings.enrolment.revokeAll}
                                title={strings.enrolment.revokeAllTitle(token.name)}
                                consequences={strings.enrolment.revokeAllConsequences(token.uses)}
                                confirm={strings.enrolment.revokeAll}
                                done={strings.enrolment.revokeAllDone(token.name)}
                                isDanger
                                run={async () => {
                                  await requests.send('POST', `enrolment-tokens/${token.id}/revoke-devices`);
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
