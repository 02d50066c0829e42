import { type ReadonlySignal, signal } from '@preact/signals';

/** Place in the dashboard; each has an address, so that alerts and people can link to it. */
export type DashboardPlace =
  | { readonly page: 'now' | 'devices' | 'serving' | 'monitor' | 'security' | 'log' | 'access' | 'missing' }
  | { readonly page: (typeof taskPages)[number]; readonly task: string }
  | { readonly page: 'version'; readonly task: string; readonly version: number }
  | { readonly page: 'compare'; readonly task: string; readonly versions: readonly [number, number] }
  | { readonly page: 'query'; readonly task: string; readonly query: string }
  | { readonly page: 'round'; readonly task: string; readonly round: number };

/** Pages of a task in the navigation. */
export const taskPages = [
  'model',
  'rounds',
  'training',
  'experiments',
  'queries',
  'privacy',
  'settings',
] as const;

/** Address of a place, as a fragment. */
export function addressOf(place: DashboardPlace): string {
  if (!('task' in place)) return place.page === 'missing' ? '#/now' : `#/${place.page}`;
  const root = `#/tasks/${place.task}`;
  switch (place.page) {
    case 'version':
      return `${root}/model/${place.version}`;
    case 'compare':
      return `${root}/compare/${place.versions[0]}/${place.versions[1]}`;
    case 'round':
      return `${root}/rounds/${place.round}`;
    case 'query':
      return `${root}/queries/${place.query}`;
    default:
      return `${root}/${place.page}`;
  }
}

/** Place that a fragment names. */
export function placeAt(fragment: string): DashboardPlace {
  const parts = fragment.replace(/^#?\/?/, '').split('/');
  const [first = '', task = '', page = '', a = '', b = ''] = parts;
  if (parts.length === 1) {
    if (first === '' || first === 'now') return { page: 'now' };
    const alone = ['devices', 'serving', 'monitor', 'security', 'log', 'access'] as const;
    const page = alone.find(each => each === first);
    if (page) return { page };
  }
  // A fetch would resolve parts of dots in addresses of the API.
  if (parts.includes('.') || parts.includes('..')) return { page: 'missing' };
  if (first !== 'tasks' || task === '' || parts.length > 5) return { page: 'missing' };
  if (parts.length === 3) {
    const ofTask = taskPages.find(each => each === page);
    if (ofTask) return { page: ofTask, task };
  }
  const [one, two] = [numberIn(a), numberIn(b)];
  if (parts.length === 4 && page === 'model' && one !== null) return { page: 'version', task, version: one };
  if (parts.length === 4 && page === 'rounds' && one !== null) return { page: 'round', task, round: one };
  if (parts.length === 4 && page === 'queries' && a !== '') return { page: 'query', task, query: a };
  if (page === 'compare' && one !== null && two !== null)
    return { page: 'compare', task, versions: [one, two] };
  return { page: 'missing' };
}

function numberIn(text: string): number | null {
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
}

/** Current place; changes by links, by code, and with the browser's back and forward buttons. */
export class Whereabouts {
  readonly #place = signal<DashboardPlace>({ page: 'now' });

  constructor() {
    const read = () => {
      this.#place.value = placeAt(location.hash);
    };
    addEventListener('hashchange', read);
    read();
  }

  get place(): ReadonlySignal<DashboardPlace> {
    return this.#place;
  }

  go(place: DashboardPlace): void {
    location.hash = addressOf(place);
  }
}
