/** That something is not there, and what to do instead. */
export function Missing({ text }: { readonly text: string }) {
  return <p class="card hint">{text}</p>;
}
