import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { terms } from '../format/terms.ts';

interface Shown {
  readonly title: string;
  /** Subject of the page, such as a task. */
  readonly of?: string;
  readonly children?: ComponentChildren;
}

/** Heading of a page, which gets the focus when the page opens, and names the window. */
export function PageHead({ title, of, children }: Shown) {
  const heading = useRef<HTMLHeadingElement>(null);
  const whole = of === undefined ? title : `${title}, ${of}`;
  useEffect(() => {
    document.title = `${whole} – ${terms.name}`;
    heading.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [whole]);
  return (
    <div class="page-head">
      <h1 ref={heading} tabIndex={-1}>
        {title}
        {of !== undefined && <span> {of}</span>}
      </h1>
      {children && <div class="actions">{children}</div>}
    </div>
  );
}
