import type { OperatorSession } from '@murmuration/api/session';
import { Mark, MoonIcon, SunIcon } from '@murmuration/ui/icons/icons';
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { useDashboard } from '../context/dashboard.ts';
import { addressOf, pageOf, placeNames, placeOf, places, type Tab, tabOf } from '../context/routes.ts';
import { lastTask, useTask } from '../context/task.ts';
import { Choice } from '../controls/select.tsx';
import { terms } from '../format/terms.ts';
import { later } from '../loading/later.tsx';
import { Development } from './development.tsx';
import { FindIcon, icons, LeaveIcon } from './icons.tsx';
import { Weakened } from './weakened.tsx';
import { words } from './words.ts';

const Find = later(() => import('./find.tsx').then(({ Find }) => Find));

interface Shown {
  readonly who: OperatorSession;
  readonly children: ComponentChildren;
}

/** Frame of every page: navigation, connection state and account. */
export function Shell({ who, children }: Shown) {
  const { session, theme, feed, notice } = useDashboard();
  const isDark = theme.theme.value === 'dark';
  const connection = feed.connection.value;
  const isFinding = useSignal(false);
  useEffect(() => {
    const open = (event: KeyboardEvent) => {
      const { key, ctrlKey, metaKey, shiftKey, altKey } = event;
      if (key.toLowerCase() !== 'k' || ctrlKey === metaKey || shiftKey || altKey) return;
      event.preventDefault();
      // A dialog that asks for something stays.
      if (!document.querySelector('dialog[open]')) isFinding.value = true;
    };
    addEventListener('keydown', open);
    return () => removeEventListener('keydown', open);
  }, []);
  return (
    <div class="shell">
      <button type="button" class="skip" onClick={() => document.getElementById('main')?.focus()}>
        {words.skip}
      </button>
      <header class="side">
        <a class="brand" href={addressOf({ page: 'overview' })}>
          <Mark />
          <span>{terms.name}</span>
        </a>
        <button
          type="button"
          class="quiet-button find"
          aria-keyshortcuts="Control+K Meta+K"
          onClick={() => {
            isFinding.value = true;
          }}
        >
          <FindIcon />
          <span>{words.find.title}</span>
          <kbd>{words.find.shortcut}</kbd>
        </button>
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
        {isFinding.value && (
          <Find
            close={() => {
              isFinding.value = false;
            }}
          />
        )}
      </main>
      <p class={`notice ${notice.text.value === '' ? 'hidden' : ''}`} role="status">
        {notice.text.value}
      </p>
    </div>
  );
}

/** Links to the places, for the task shown last. */
function Navigation() {
  const { whereabouts, feed } = useDashboard();
  const page = whereabouts.page.value;
  const tasks = feed.overview.value?.tasks.map(({ task }) => task) ?? [];
  const task = useTask();
  const current = tabOf(page);
  return (
    <nav aria-label={words.navigation}>
      {tasks.length > 1 && (
        <Choice
          kind="task-choice"
          label={words.task}
          value={task ?? ''}
          of={tasks.map(each => [each, each])}
          choose={name => {
            lastTask.value = name;
            if (current !== null && 'task' in page) whereabouts.go(pageOf(current, name)!);
          }}
        />
      )}
      <ul>
        {placeNames.map(name => {
          const Icon = icons[name];
          const [first] = places[name].flatMap((tab: Tab) => pageOf(tab, task) ?? []);
          const isCurrent = current !== null && placeOf(current) === name;
          return (
            <li key={name}>
              <a href={addressOf(first!)} {...(isCurrent && { 'aria-current': 'true' as const })}>
                <Icon />
                <span>{terms.places[name]}</span>
              </a>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
