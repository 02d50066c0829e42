import type { TaskOverview } from '@murmuration/api/overview';
import {
  addressOf,
  type DashboardPage,
  pageOf,
  placeNames,
  placeOf,
  places,
  type Tab,
} from '../context/routes.ts';
import { terms } from '../format/terms.ts';
import { fields } from '../settings/fields.ts';
import { nameOf } from '../settings/words.ts';
import { words } from './words.ts';

/** Most findings that are listed. */
const mostFound = 12;

/** Something that a page shows, with its address. */
interface Found {
  readonly label: string;
  readonly kind: string;
  readonly address: string;
}

interface Known {
  /** Tasks, the one that is shown first. */
  readonly tasks: readonly Pick<TaskOverview, 'task' | 'newest' | 'last'>[];
  readonly maySeeLog: boolean;
  /** Ids of devices that begin with the text. */
  readonly devices: readonly string[];
}

const found = (label: string, kind: string, page: DashboardPage, query = ''): Found => ({
  label,
  kind,
  address: addressOf(page) + query,
});

/** Finds what has all words of a text in its name or kind; what begins with the text comes first. */
export function find(text: string, known: Known): readonly Found[] {
  const wanted = text
    .trim()
    .toLowerCase()
    .replace(/(?<=\d),(?=\d)/g, '');
  const parts = wanted.split(/\s+/);
  const digits = parts.find(part => /^\d{1,9}$/.test(part));
  const all = [
    ...tabsOf(known),
    ...known.tasks.map(({ task }) => found(task, words.find.task, { page: 'versions', task })),
    ...(digits === undefined ? [] : numbered(Number(digits), known)),
    ...(wanted === '' ? [] : settingsOf(known)),
  ].filter(({ label, kind }) => {
    const said = `${label} ${kind}`.toLowerCase().replaceAll(',', '');
    return parts.every(part => said.includes(part));
  });
  const devices = known.devices.map(id => found(id, words.find.device, { page: 'devices' }, `?search=${id}`));
  const begins = ({ label }: Found) => label.toLowerCase().replaceAll(',', '').startsWith(wanted);
  const sorted = [...all.filter(begins), ...devices, ...all.filter(each => !begins(each))];
  // A tab may show all tasks, and a task opens with one of its tabs.
  const once = new Map(sorted.toReversed().map(each => [each.address, each]));
  return [...once.values()].reverse().slice(0, mostFound);
}

function tabsOf({ tasks, maySeeLog }: Known): readonly Found[] {
  const names = tasks.length > 0 ? tasks.map(({ task }) => task) : [null];
  const tabs = placeNames.flatMap((name): readonly Tab[] => places[name]);
  return tabs
    .filter(tab => maySeeLog || tab !== 'log')
    .flatMap(tab =>
      names.flatMap(task => {
        const page = pageOf(tab, task);
        const kind = [terms.places[placeOf(tab)], page && 'task' in page && page.task].filter(Boolean);
        return page ? found(terms.tabs[tab], kind.join(', '), page) : [];
      }),
    );
}

/** Versions and rounds of a number, of all tasks that have it. */
function numbered(number: number, { tasks }: Known): readonly Found[] {
  return tasks.flatMap(({ task, newest, last }) => [
    ...(number > newest.number
      ? []
      : [found(terms.version(number), task, { page: 'version', task, version: number })]),
    ...(number < 1 || number > (last?.number ?? 0)
      ? []
      : [found(terms.round(number), task, { page: 'round', task, round: number })]),
  ]);
}

function settingsOf({ tasks }: Known): readonly Found[] {
  const paths = Object.entries(fields).flatMap(([section, kinds]) =>
    Object.keys(kinds).map(field => `${section}.${field}`),
  );
  return tasks.flatMap(({ task }) =>
    paths.map(path =>
      found(nameOf(path), `${words.find.setting} ${path}, ${task}`, { page: 'task', task }, `?field=${path}`),
    ),
  );
}
