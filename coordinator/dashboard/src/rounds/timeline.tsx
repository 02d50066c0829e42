import type { PhaseMessage } from '@murmuration/api/round';
import { Table } from '../controls/table.tsx';
import { clockTime, count, duration } from '../format/format.ts';
import { words } from './words.ts';

interface Shown {
  /** Name of the query that devices were asked; null if they trained. */
  readonly query: string | null;
  readonly phases: readonly PhaseMessage[];
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly endedAt: number;
}

/** Phases of a round on one time scale, with the counts of each. */
export function Timeline({ query, phases, startedAt, endedAt }: Shown) {
  const whole = Math.max(1, endedAt - startedAt);
  const at = (iso: string | null, otherwise: number) => (iso === null ? otherwise : Date.parse(iso));
  const { columns } = words.timeline;
  return (
    <Table
      label={words.timeline.heading}
      columns={{ ...columns, when: columns.when(duration(whole)) }}
      numbers={['took', 'accepted', 'wanted', 'rejected', 'late', 'lost']}
      kind="timeline"
    >
      {phases.map((record, i) => {
        const from = at(record.startedAt, startedAt);
        const to = Math.max(from, at(record.endedAt, at(phases[i + 1]?.startedAt ?? null, endedAt)));
        const isKnown = record.startedAt !== null && record.endedAt !== null;
        return (
          <tr key={record.phase}>
            <th scope="row">{words.phase(record.phase, query)}</th>
            <td class="span">
              <span class="lane">
                <span
                  class={`stretch is-${record.phase}`}
                  title={
                    isKnown ? `${clockTime(record.startedAt!)} – ${clockTime(record.endedAt!)}` : undefined
                  }
                  style={{
                    insetInlineStart: `${(100 * (from - startedAt)) / whole}%`,
                    inlineSize: `max(3px, ${(100 * (to - from)) / whole}%)`,
                  }}
                />
              </span>
            </td>
            <td class="number">{isKnown ? duration(to - from) : words.timeline.unknown}</td>
            <td class="number">{record.phase === 'closing' ? '–' : count(record.accepted)}</td>
            <td class="number">
              {record.goal === null ? '–' : words.timeline.wanted(record.goal, record.minimum)}
            </td>
            <td class={`number ${record.rejected > 0 ? 'worse' : ''}`}>{count(record.rejected)}</td>
            <td class={`number ${record.late > 0 ? 'late' : ''}`}>{count(record.late)}</td>
            <td class={`number ${record.lost > 0 ? 'worse' : ''}`}>{count(record.lost)}</td>
          </tr>
        );
      })}
    </Table>
  );
}
