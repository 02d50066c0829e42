import { useDashboard } from '../context/dashboard.ts';
import { Missing } from '../controls/missing.tsx';
import { PageHead } from '../controls/page-head.tsx';
import { terms } from '../format/terms.ts';
import { TokenCard } from './token-card.tsx';
import type { ListedOperatorToken } from './tokens.ts';
import { words } from './words.ts';

/** Page of the operators of this coordinator; for admins. */
export function AccessPage() {
  const { session } = useDashboard();
  return (
    <>
      <PageHead title={terms.pages.access} />
      {session.may('admin') ? <OperatorTokens /> : <Missing text={words.forbidden} />}
    </>
  );
}

function OperatorTokens() {
  const { session } = useDashboard();
  const own = session.who.value?.id;
  return (
    <TokenCard<ListedOperatorToken>
      kind="operator"
      texts={words}
      consequences={({ id }) => words.revokeConsequences(id === own)}
      mark={({ id }) => id === own && <span class="badge">{words.you}</span>}
      columns={[{ heading: words.list.columns.role, cell: ({ role }) => terms.roles[role] }]}
    />
  );
}
