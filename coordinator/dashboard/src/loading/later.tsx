import { signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { ApiRefusal } from '../requests/refusal.ts';
import { Failure } from './loading.tsx';
import { words } from './words.ts';

/**
 * Wraps a component whose code loads when it is first shown; until then shows that it loads, or that it
 * failed and how to retry.
 */
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
    // An upgraded coordinator has only the files of its new page.
    return (
      <Failure
        refusal={new ApiRefusal('server.unreachable', words.outdated, 0)}
        retry={() => location.reload()}
      />
    );
  };
}
