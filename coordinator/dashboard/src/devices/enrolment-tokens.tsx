import { TokenCard } from '../access/token-card.tsx';
import { words as tokenWords } from '../access/words.ts';
import { useDashboard } from '../context/dashboard.ts';
import { Action } from '../controls/action.tsx';
import { count } from '../format/format.ts';
import { words } from './words.ts';

/** Tokens with which devices enrol. */
export function EnrolmentTokens() {
  const { requests, feed } = useDashboard();
  const { revokeConsequences, revokeAll, open, ...all } = words.enrolment;
  return (
    <TokenCard
      kind="enrolment"
      texts={feed.overview.value?.isEnrolmentOpen ? { ...all, ...open } : all}
      consequences={() => revokeConsequences}
      subjects={['devices']}
      columns={[
        {
          heading: tokenWords.list.columns.uses,
          isNumber: true,
          cell: ({ uses, maxUses }) => `${count(uses)} ${tokenWords.list.ofUses(maxUses)}`,
        },
      ]}
      actions={({ id, name, uses }, reload) =>
        uses > 0 && (
          <Action
            {...revokeAll(name, uses)}
            isDanger
            run={async () => {
              await requests.send('POST', `enrolment-tokens/${id}/revoke-devices`);
              reload();
            }}
          />
        )
      }
    />
  );
}
