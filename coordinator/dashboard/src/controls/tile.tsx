import type { ComponentChildren } from 'preact';

/** Figure with its meaning. */
export function Tile({ value, children }: { readonly value: string; readonly children: ComponentChildren }) {
  return (
    <p class="tile">
      <strong>{value}</strong> {children}
    </p>
  );
}
