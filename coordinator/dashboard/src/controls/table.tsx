import { ResponsiveTable } from '@murmuration/ui/controls/responsive-table';
import type { ComponentChildren } from 'preact';

interface Shown {
  readonly label: string;
  /** Headings, in order; those without a text are left out. */
  readonly columns: Readonly<Record<string, ComponentChildren>>;
  /** Columns of numbers. */
  readonly numbers?: readonly string[];
  readonly kind?: string;
  /** Rows. */
  readonly children: ComponentChildren;
}

/** Table with a heading for each column. */
export function Table({ label, columns, numbers = [], kind, children }: Shown) {
  return (
    <ResponsiveTable label={label}>
      <table class={kind}>
        <thead>
          <tr>
            {Object.entries(columns).map(
              ([column, heading]) =>
                heading !== false && (
                  <th key={column} scope="col" class={numbers.includes(column) ? 'number' : undefined}>
                    {heading}
                  </th>
                ),
            )}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </ResponsiveTable>
  );
}
