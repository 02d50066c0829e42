import { type ReadonlySignal, signal } from '@preact/signals';

/** Four places of the dashboard, each with its tabs. */
export const places = {
  overview: ['overview'],
  model: ['versions', 'training', 'experiments', 'monitoring', 'serving'],
  fleet: ['devices', 'rounds', 'queries', 'privacy'],
  settings: ['task', 'protection', 'access', 'log'],
} as const;
export type PlaceName = keyof typeof places;
export type Tab = (typeof places)[PlaceName][number];
export const placeNames = Object.keys(places) as PlaceName[];

/** Tabs that show one task; `protection` has more to show of one. */
const taskTabs = ['versions', 'training', 'experiments', 'rounds', 'queries', 'privacy', 'task'] as const;
type TaskTab = (typeof taskTabs)[number] | 'protection';

type Each<Name, Of = object> = Name extends string ? { readonly page: Name } & Of : never;
/** Page of the dashboard; each has an address, so that alerts and people can link to it. */
export type DashboardPage =
  | Each<Exclude<Tab, (typeof taskTabs)[number]> | 'missing'>
  | Each<TaskTab, { readonly task: string }>
  | Each<'version', { readonly task: string; readonly version: number }>
  | Each<'compare', { readonly task: string; readonly versions: readonly [number, number] }>
  | Each<'query', { readonly task: string; readonly query: string }>
  | Each<'round', { readonly task: string; readonly round: number }>;

/** Tabs to which the pages of single things belong. */
const detailTabs = { version: 'versions', compare: 'versions', query: 'queries', round: 'rounds' } as const;

/** Tab of a page; null for a missing page. */
export function tabOf({ page }: DashboardPage): Tab | null {
  if (page === 'missing') return null;
  return page in detailTabs ? detailTabs[page as keyof typeof detailTabs] : (page as Tab);
}

/** Place that has a tab. */
export function placeOf(tab: Tab): PlaceName {
  return placeNames.find(name => (places[name] as readonly Tab[]).includes(tab))!;
}

/** Page of a tab, for a task if it shows one; undefined if it needs a task and there is none. */
export function pageOf(tab: Tab, task: string | null): DashboardPage | undefined {
  const isOfTask = taskTabs.some(each => each === tab);
  if (task !== null && (isOfTask || tab === 'protection')) return { page: tab as TaskTab, task };
  return isOfTask ? undefined : ({ page: tab } as DashboardPage);
}

/** Address of a page, as a fragment: place, tab, task and what is shown of it. */
export function addressOf(page: DashboardPage): string {
  const tab = tabOf(page);
  if (tab === null || tab === 'overview') return '#/overview';
  const parts: (string | number)[] = [placeOf(tab), page.page === 'compare' ? 'compare' : tab];
  if ('task' in page) parts.push(page.task);
  if ('version' in page) parts.push(page.version);
  if ('versions' in page) parts.push(...page.versions);
  if ('query' in page) parts.push(page.query);
  if ('round' in page) parts.push(page.round);
  return `#/${parts.join('/')}`;
}

/** Places of pages by their addresses up to 0.3, to which people have bookmarks and alerts have links. */
const formerly = new Map([
  ['devices', 'fleet/devices'],
  ['serving', 'model/serving'],
  ['monitor', 'model/monitoring'],
  ['security', 'settings/protection'],
  ['log', 'settings/log'],
  ['access', 'settings/access'],
]);
const formerlyOfTasks = new Map([
  ['model', 'model/versions'],
  ['compare', 'model/compare'],
  ['training', 'model/training'],
  ['experiments', 'model/experiments'],
  ['rounds', 'fleet/rounds'],
  ['queries', 'fleet/queries'],
  ['privacy', 'fleet/privacy'],
  ['settings', 'settings/task'],
]);

/** Page that a fragment names, also by an address of former versions. */
export function pageAt(fragment: string): DashboardPage {
  const path = fragment.replace(/^#?\/?/, '').replace(/\?.*$/s, '');
  if (['', 'overview', 'now'].includes(path)) return { page: 'overview' };
  const parts = (formerly.get(path) ?? path).split('/');
  if (parts[0] === 'tasks')
    parts.splice(0, 3, ...(formerlyOfTasks.get(parts[2] ?? '') ?? '/').split('/'), parts[1] ?? '');
  const [place, tab = '', task = null, ...details] = parts;
  const missing = { page: 'missing' } as const;
  // A fetch would resolve parts of dots in addresses of the API.
  if (parts.some(part => part === '' || part === '.' || part === '..')) return missing;
  if (details.length > 0) return detailOf(`${place}/${tab}`, task!, details) ?? missing;
  const name = placeNames.find(each => each === place && (places[each] as readonly string[]).includes(tab));
  const page = name && name !== 'overview' ? pageOf(tab as Tab, task) : undefined;
  return page && (task === null || 'task' in page) ? page : missing;
}

/** Page of one thing, or of two versions that are compared. */
function detailOf(tab: string, task: string, details: readonly string[]): DashboardPage | undefined {
  const [detail = ''] = details;
  const [one, two] = details.map(numberIn);
  if (tab === 'model/compare' && details.length === 2)
    return one == null || two == null ? undefined : { page: 'compare', task, versions: [one, two] };
  if (details.length > 1) return undefined;
  if (tab === 'fleet/queries') return { page: 'query', task, query: detail };
  if (one == null) return undefined;
  if (tab === 'model/versions') return { page: 'version', task, version: one };
  return tab === 'fleet/rounds' ? { page: 'round', task, round: one } : undefined;
}

function numberIn(text: string): number | null {
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
}

/** Current page and its parameters; change by links, code, and the browser's back and forward buttons. */
export class Whereabouts {
  readonly #page = signal<DashboardPage>({ page: 'overview' });
  readonly #parameters = signal(new URLSearchParams());

  constructor() {
    const read = () => {
      const page = pageAt(location.hash);
      const [path, query = ''] = location.hash.split('?');
      if (page.page !== 'missing' && path !== addressOf(page)) this.#replace(page, query);
      if (addressOf(page) !== addressOf(this.#page.peek()) || page.page === 'missing')
        this.#page.value = page;
      this.#parameters.value = new URLSearchParams(query);
    };
    addEventListener('hashchange', read);
    read();
  }

  get page(): ReadonlySignal<DashboardPage> {
    return this.#page;
  }

  /** Choices on the page, such as a range or filters. */
  get parameters(): ReadonlySignal<URLSearchParams> {
    return this.#parameters;
  }

  go(page: DashboardPage): void {
    location.hash = addressOf(page);
  }

  /** Changes a parameter; an empty one leaves the address. */
  choose(name: string, text: string): void {
    const parameters = new URLSearchParams(this.#parameters.peek());
    if (text === '') parameters.delete(name);
    else parameters.set(name, text);
    this.#parameters.value = parameters;
    this.#replace(this.#page.peek(), parameters.toString());
  }

  #replace(page: DashboardPage, query: string): void {
    history.replaceState(history.state, '', `${addressOf(page)}${query && `?${query}`}`);
  }
}
