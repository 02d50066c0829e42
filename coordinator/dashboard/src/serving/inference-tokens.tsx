import { TokenCard } from '../access/token-card.tsx';
import { words as tokenWords } from '../access/words.ts';
import { words } from './words.ts';

/** Tokens with which programs ask models. */
export function InferenceTokens() {
  const { columns } = tokenWords.list;
  return (
    <TokenCard
      kind="inference"
      texts={words.tokens}
      consequences={() => words.tokens.revokeConsequences}
      columns={[
        {
          heading: columns.rights,
          cell: ({ rights }) => rights.map(right => words.tokens.rights[right]).join(', '),
        },
        { heading: columns.models, cell: ({ models }) => models?.join(', ') ?? words.tokens.allModels },
        { heading: columns.quota, cell: ({ rate, quota }) => words.tokens.limits(rate, quota) },
      ]}
    />
  );
}
