import type { OperatorSession } from '@murmuration/api/session';
import { Mark, MoonIcon, SunIcon } from '@murmuration/ui/icons/icons';
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useDashboard } from '../context/dashboard.ts';
import { addressOf, type DashboardPlace, taskPages } from '../context/routes.ts';
import { terms } from '../format/terms.ts';
import { Development } from './development.tsx';
import { icons, LeaveIcon } from './icons.tsx';
import { Weakened } from './weakened.tsx';
import { words } from './words.ts';

interface Shown {
  readonly who: OperatorSession;
  readonly children: ComponentChildren;
}

/** Frame of every page: navigation, connection state and account. */
export function Shell({ who, children }: Shown) {
  const { session, theme, feed, notice } = useDashboard();
  const isDark = theme.theme.value === 'dark';
  const connection = feed.connection.value;
  return (
    <div class="shell">
      <button type="button" class="skip" onClick={() => document.getElementById('main')?.focus()}>
        {words.skip}
      </button>
      <header class="side">
        <a class="brand" href={addressOf({ page: 'now' })}>
          <Mark />
          <span>{terms.name}</span>
        </a>
        <Navigation />
        <div class="account">
          <p class={`connection ${connection}`} role="status" title={words.connectionHint[connection]}>
            {words.connection[connection]}
          </p>
          <p class="who">
            {who.name} <span class="muted">{terms.roles[who.role]}</span>
          </p>
          <button
            type="button"
            class="round-button"
            onClick={() => theme.toggle()}
            aria-label={isDark ? words.theme.light : words.theme.dark}
            title={isDark ? words.theme.light : words.theme.dark}
          >
            {isDark ? <SunIcon /> : <MoonIcon />}
          </button>
          <button
            type="button"
            class="round-button"
            onClick={() => session.signOut()}
            aria-label={words.signOut}
            title={words.signOut}
          >
            <LeaveIcon />
          </button>
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        {connection === 'reconnecting' && !session.hasEnded.value && (
          <p class="banner" role="alert">
            {words.reconnecting}
          </p>
        )}
        <Development />
        <Weakened />
        {children}
      </main>
      <p class={`notice ${notice.text.value === '' ? 'hidden' : ''}`} role="status">
        {notice.text.value}
      </p>
    </div>
  );
}

type Tab = keyof typeof icons;

/** Links to the pages; those of a task are for the last task shown. */
function Navigation() {
  const { whereabouts, feed, session } = useDashboard();
  const place = whereabouts.place.value;
  const tasks = feed.overview.value?.tasks.map(({ task }) => task) ?? [];
  const last = useSignal<string | null>(null);
  const list = useRef<HTMLUListElement>(null);
  const shown = 'task' in place ? place.task : null;
  useEffect(() => {
    if (shown !== null) last.value = shown;
  }, [shown]);
  const task = shown ?? (tasks.includes(last.value ?? '') ? last.value : tasks[0]) ?? null;
  const current = tabOf(place);
  useEffect(() => {
    list.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [current]);
  const ofTask = (page: (typeof taskPages)[number]): [Tab, DashboardPlace] | null =>
    task === null ? null : [page, { page, task }];
  const tabs: readonly ([Tab, DashboardPlace] | null)[] = [
    ['now', { page: 'now' }],
    ofTask('model'),
    ofTask('rounds'),
    ofTask('training'),
    ofTask('experiments'),
    ofTask('queries'),
    ofTask('privacy'),
    ofTask('settings'),
    ['devices', { page: 'devices' }],
    ['serving', { page: 'serving' }],
    ['monitor', { page: 'monitor' }],
    ['security', { page: 'security' }],
    session.may('operator') ? ['log', { page: 'log' }] : null,
    session.may('admin') ? ['access', { page: 'access' }] : null,
  ];
  return (
    <nav aria-label={words.navigation}>
      {tasks.length > 1 && (
        <label class="task-choice">
          <span>{words.task}</span>
          <select
            value={task ?? ''}
            onChange={({ currentTarget }) => {
              last.value = currentTarget.value;
              const page = taskPages.find(each => each === tabOf(place));
              if (page) whereabouts.go({ page, task: currentTarget.value });
            }}
          >
            {tasks.map(each => (
              <option key={each} value={each}>
                {each}
              </option>
            ))}
          </select>
        </label>
      )}
      <ul ref={list}>
        {tabs
          .filter(tab => tab !== null)
          .map(([tab, to]) => {
            const Icon = icons[tab];
            return (
              <li key={tab}>
                <a href={addressOf(to)} {...(tab === current && { 'aria-current': 'page' as const })}>
                  <Icon />
                  <span>{terms.pages[tab]}</span>
                </a>
              </li>
            );
          })}
      </ul>
    </nav>
  );
}

function tabOf({ page }: DashboardPlace): Tab | null {
  if (page === 'missing') return null;
  if (page === 'version' || page === 'compare') return 'model';
  if (page === 'query') return 'queries';
  return page === 'round' ? 'rounds' : page;
}
