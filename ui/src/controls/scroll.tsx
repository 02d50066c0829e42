import type { ComponentChildren } from 'preact';

/** Frame for content that may be wider than the page; it scrolls by pointer and by keys. */
export function Scroll({
  label,
  children,
}: {
  readonly label: string;
  readonly children: ComponentChildren;
}) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: What it holds is no set of fields.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: Keys scroll it only where it can have the focus.
    <div class="scroll" tabIndex={0} role="group" aria-label={label}>
      {children}
    </div>
  );
}
