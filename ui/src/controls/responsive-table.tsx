import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { Scroll } from './scroll.tsx';

interface Shown {
  readonly label: string;
  /** Single table, with a head. */
  readonly children: ComponentChildren;
}

/** Roles that a table's parts lose when they are laid out as cards. */
const roles: readonly (readonly [selector: string, role: string])[] = [
  ['table', 'table'],
  ['thead, tbody', 'rowgroup'],
  ['tr', 'row'],
  ['thead th', 'columnheader'],
  ['tbody th', 'rowheader'],
  ['td', 'cell'],
];

/**
 * Table that becomes cards, one a row, in a window as narrow as a phone: each cell then shows the name of its
 * column. In wider windows it scrolls within its own frame if needed.
 */
export function ResponsiveTable({ label, children }: Shown) {
  const frame = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = frame.current!;
    for (const [selector, role] of roles)
      for (const part of element.querySelectorAll(selector)) part.setAttribute('role', role);
    const names = [...element.querySelectorAll('thead th')].map(head => head.textContent?.trim() ?? '');
    for (const row of element.querySelectorAll('tbody tr'))
      for (const [i, cell] of [...row.children].entries()) cell.setAttribute('data-label', names[i] ?? '');
  });
  return (
    <div ref={frame} class="responsive">
      <Scroll label={label}>{children}</Scroll>
    </div>
  );
}
