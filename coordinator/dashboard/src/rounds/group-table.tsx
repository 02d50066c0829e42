import type { RoundDetail } from '@murmuration/api/round';
import { Table } from '../controls/table.tsx';
import { count } from '../format/format.ts';
import { words } from './words.ts';

/** Groups of a masked cohort, with the norm of each mean and its distance from the others. */
export function GroupTable({ groups }: { readonly groups: NonNullable<RoundDetail['groups']> }) {
  const furthest = Math.max(...groups.map(({ distance }) => distance ?? 0));
  const { columns, failed } = words.groups;
  return (
    <Table
      label={words.groups.heading}
      columns={columns}
      numbers={['devices', 'contributors', 'norm', 'distance']}
    >
      {groups.map(({ devices, contributors, norm, distance, failure }, group) => (
        <tr key={group}>
          <th scope="row">
            {count(group + 1)}
            {distance !== null && distance > 0 && (
              <span class="meter" aria-hidden="true">
                <span class="all" style={{ inlineSize: `${(100 * distance) / furthest}%` }} />
              </span>
            )}
          </th>
          <td class="number">{count(devices)}</td>
          <td class="number">{count(contributors)}</td>
          {norm === null || distance === null ? (
            <td colSpan={2}>{failed(failure ?? '')}</td>
          ) : (
            <>
              <td class="number">{norm.toPrecision(3)}</td>
              <td class="number">{distance.toPrecision(3)}</td>
            </>
          )}
        </tr>
      ))}
    </Table>
  );
}
