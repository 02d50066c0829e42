import { TokenCard } from '../access/token-card.tsx';
import { words } from '../access/words.ts';
import { useDashboard } from '../context/dashboard.ts';
import { Missing } from '../controls/missing.tsx';
import { EnrolmentTokens } from '../devices/enrolment-tokens.tsx';
import { terms } from '../format/terms.ts';
import { InferenceTokens } from '../serving/inference-tokens.tsx';

/** Tab of the tokens of devices and programs, and for admins those of operators. */
export function AccessPage() {
  const { session } = useDashboard();
  return (
    <div class="stack">
      {session.may('admin') ? <OperatorTokens /> : <Missing text={words.forbidden} />}
      <EnrolmentTokens />
      <InferenceTokens />
    </div>
  );
}

function OperatorTokens() {
  const { session } = useDashboard();
  const own = session.who.value?.id;
  return (
    <TokenCard
      kind="operator"
      texts={words}
      consequences={({ id }) => words.revokeConsequences(id === own)}
      mark={({ id }) => id === own && <span class="badge">{words.you}</span>}
      columns={[{ heading: words.list.columns.role, cell: ({ role }) => terms.roles[role] }]}
    />
  );
}
