import { useNow } from '../context/dashboard.ts';
import { instant, relative } from '../format/format.ts';

/** Time relative to now; its title is the exact time in the viewer's zone. */
export function Ago({ at }: { readonly at: string }) {
  const now = useNow();
  return (
    <time dateTime={at} title={instant(at)}>
      {relative(Date.parse(at), now)}
    </time>
  );
}
