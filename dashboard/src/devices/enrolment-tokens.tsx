import { ResponsiveTable } from '@murmuration/ui/controls/responsive-table';
import { useDashboard } from '../context/dashboard.ts';
import { Action } from '../controls/action.tsx';
import { Ago } from '../controls/moment.tsx';
import { Pager, usePlaces } from '../controls/pager.tsx';
import { count, instant } from '../format/format.ts';
import { useLoaded } from '../loading/loaded.ts';
import { Loading } from '../loading/loading.tsx';
import { NewToken } from '../tokens/new-token.tsx';
import type { EnrolmentToken } from '../tokens/tokens.ts';
import { words as tokenWords } from '../tokens/words.ts';
import { words } from './words.ts';

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
  const { columns } = tokenWords.list;
  return (
    <section class="card" aria-labelledby="enrolment">
      <div class="card-head">
        <div>
          <h2 id="enrolment">{words.enrolment.heading}</h2>
          <p class="muted">{words.enrolment.hint}</p>
        </div>
        {mayChange && <NewToken kind="enrolment" made={() => loaded.reload()} />}
      </div>
      <Loading of={loaded}>
        {({ tokens, next }) =>
          tokens.length === 0 && next === null ? (
            <p class="hint">{words.enrolment.none}</p>
          ) : (
            <>
              <ResponsiveTable label={words.enrolment.heading}>
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
                          <span class={`badge is-${token.state}`}>{tokenWords.list.states[token.state]}</span>
                        </td>
                        <td class="number">
                          {count(token.uses)} {tokenWords.list.ofUses(token.maxUses)}
                        </td>
                        <td>
                          <Ago at={token.createdAt} />
                        </td>
                        <td>{token.expiresAt ? instant(token.expiresAt) : tokenWords.list.never}</td>
                        {mayChange && (
                          <td>
                            {token.state === 'valid' && (
                              <Action
                                label={tokenWords.list.revoke}
                                title={tokenWords.list.revokeTitle(token.name)}
                                consequences={words.enrolment.revokeConsequences}
                                confirm={tokenWords.list.revoke}
                                done={tokenWords.list.revokeDone(token.name)}
                                isDanger
                                run={async () => {
                                  await requests.send('POST', `enrolment-tokens/${token.id}/revoke`);
                                  loaded.reload();
                                }}
                              />
                            )}
                            {token.uses > 0 && (
                              <Action
                                label={words.enrolment.revokeAll}
                                title={words.enrolment.revokeAllTitle(token.name)}
                                consequences={words.enrolment.revokeAllConsequences(token.uses)}
                                confirm={words.enrolment.revokeAll}
                                done={words.enrolment.revokeAllDone(token.name)}
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
              </ResponsiveTable>
              <Pager places={places} next={next} />
            </>
          )
        }
      </Loading>
    </section>
  );
}
