import type { PlainData } from '@murmuration/simulations/run-events/run-event';
import type { Point } from '@murmuration/simulations/spaces/dimensions';

/**
 * Flattens settings into single values by path, in an order that `--set` accepts: `kind` comes first, because
 * it replaces an object of another kind as a whole.
 */
export function flatPoint(
  settings: Point['settings'],
): { readonly path: string; readonly value: PlainData }[] {
  return settings.flatMap(({ path, value }) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [{ path, value }];
    const parts = Object.entries(value as Readonly<Record<string, PlainData>>);
    if (parts.length === 0) return [{ path, value }];
    const inOrder = parts.toSorted(([one], [other]) => Number(other === 'kind') - Number(one === 'kind'));
    return flatPoint(inOrder.map(([name, part]) => ({ path: `${path}.${name}`, value: part })));
  });
}

/** Formats a setting for `--set`. */
export function settingText({ path, value }: { readonly path: string; readonly value: unknown }): string {
  return `${path}=${typeof value === 'string' ? value : JSON.stringify(value)}`;
}

export function settingsText(settings: Point['settings']): string {
  return flatPoint(settings).map(settingText).join(' ');
}
