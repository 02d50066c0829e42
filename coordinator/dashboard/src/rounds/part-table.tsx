import type { RoundDetail } from '@murmuration/api/round';
import { Table } from '../controls/table.tsx';
import { count } from '../format/format.ts';
import { words } from './words.ts';

/** Parts of a round that was spread over cells, with the outcome of each. */
export function PartTable({ parts }: { readonly parts: NonNullable<RoundDetail['parts']> }) {
  const { heading, columns, counted, excluded } = words.parts;
  return (
    <Table label={heading} columns={columns} numbers={['devices', 'contributors']}>
      {parts.map(({ devices, contributors, failure }, part) => (
        <tr key={part}>
          <th scope="row">{count(part + 1)}</th>
          <td class="number">{count(devices)}</td>
          <td class="number">{count(contributors)}</td>
          <td>{failure === null ? counted : excluded(failure)}</td>
        </tr>
      ))}
    </Table>
  );
}
