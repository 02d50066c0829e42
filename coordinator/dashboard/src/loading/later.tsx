import { signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { Refusal } from '../requests/refusal.ts';
import { Failure } from './loading.tsx';
import { words } from './words.ts';

/** A component whose code comes when it is first shown; until it is there, that it comes, or that it doesn't and how to try again. */
export function later<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  const loaded = signal<ComponentType<Props> | null>(null);
  const hasFailed = signal(false);
  let isAsked = false;
  return function Later(props: Props) {
    if (!isAsked) {
      isAsked = true;
      load().then(
        component => {
          loaded.value = component;
        },
        () => {
          hasFailed.value = true;
        },
      );
    }
    const Component = loaded.value;
    if (Component) return <Component {...props} />;
    if (!hasFailed.value) return <p class="placeholder">{words.loading}</p>;
    // A coordinator that was upgraded has the files of its new page only.
    return (
      <Failure
        refusal={new Refusal('server.unreachable', words.outdated, 0)}
        retry={() => location.reload()}
      />
    );
  };
}
