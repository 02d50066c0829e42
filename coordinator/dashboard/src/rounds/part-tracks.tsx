import type { LivePart } from '@murmuration/api/overview';
import { words } from './words.ts';

/** Parts of a running round that is spread over cells: the phase of each, and its progress. */
export function PartTracks({
  parts,
  query,
}: {
  readonly parts: readonly LivePart[];
  readonly query: string | null;
}) {
  return (
    <ol class="part-tracks" aria-label={words.parts.heading}>
      {parts.map((part, i) => (
        <li key={i} class={`is-${standingOf(part)}`}>
          <span class="title">{words.parts.name(i + 1)}</span>
          <span class="phase">{phaseText(part, query)}</span>
          <span class="meter">
            <span class="filled" style={{ inlineSize: `${100 * doneOf(part)}%` }} />
          </span>
          <span class="count">{countText(part, query)}</span>
        </li>
      ))}
    </ol>
  );
}

function standingOf({ phase, hasCell }: LivePart): 'published' | 'failed' | 'lost' | 'ahead' | 'current' {
  if (phase === 'published' || phase === 'failed') return phase;
  if (!hasCell) return 'lost';
  return phase === null ? 'ahead' : 'current';
}

function phaseText({ phase }: LivePart, query: string | null): string {
  if (phase === null) return words.parts.ahead;
  return phase === 'published' || phase === 'failed' ? words.parts[phase] : words.phase(phase, query);
}

function countText(part: LivePart, query: string | null): string {
  const { phase, accepted, goal } = part;
  if (standingOf(part) === 'lost') return words.parts.lost;
  if (phase === null) return '–';
  if (phase === 'failed') return words.parts.leftOut;
  return phase === 'published' || phase === 'closing'
    ? words.parts.inSum(accepted, query)
    : words.parts.of(accepted, goal);
}

/** Progress of a part's phase, 0 to 1. */
function doneOf({ phase, accepted, goal }: LivePart): number {
  if (phase === 'published' || phase === 'failed') return 1;
  return phase === null ? 0 : Math.min(1, accepted / Math.max(1, goal));
}
