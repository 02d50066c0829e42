/** Hint that something does not exist, with an alternative. */
export function Missing({ text }: { readonly text: string }) {
  return <p class="card hint">{text}</p>;
}
