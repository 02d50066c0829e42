import type { DeviceMessage } from '@murmuration/api/device';
import { Dialog } from '@murmuration/ui/controls/dialog';
import { useSignal } from '@preact/signals';
import { useEffect, useId } from 'preact/hooks';
import { useDashboard } from '../context/dashboard.ts';
import { useTask } from '../context/task.ts';
import { useLoaded } from '../loading/loaded.ts';
import { find } from './found.ts';
import { words } from './words.ts';

/** Dialog that finds pages, tasks, versions, rounds, devices and settings by their names. */
export function Find({ close }: { readonly close: () => void }) {
  const { feed, session } = useDashboard();
  const [list, option] = [useId(), useId()];
  const text = useSignal('');
  const at = useSignal(0);
  const shown = useTask();
  const all = feed.overview.value?.tasks ?? [];
  const tasks = all.toSorted((a, b) => Number(b.task === shown) - Number(a.task === shown));
  const devices = useDevices(text.value.trim());
  const found = find(text.value, { tasks, devices, maySeeLog: session.may('operator') });
  const chosen = Math.min(at.value, found.length - 1);
  const go = (address: string | undefined) => {
    if (address === undefined) return;
    close();
    location.hash = address;
  };
  useEffect(
    () => document.getElementById(`${option}${chosen}`)?.scrollIntoView({ block: 'nearest' }),
    [chosen],
  );
  return (
    <Dialog title={words.find.title} close={close}>
      <input
        type="text"
        class="finder"
        role="combobox"
        aria-label={words.find.hint}
        aria-expanded={found.length > 0}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={found.length > 0 ? `${option}${chosen}` : undefined}
        autoFocus
        autocomplete="off"
        spellcheck={false}
        maxLength={100}
        placeholder={words.find.hint}
        value={text.value}
        onInput={({ currentTarget }) => {
          text.value = currentTarget.value;
          at.value = 0;
        }}
        onKeyDown={event => {
          const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
          if (step === undefined && event.key !== 'Enter') return;
          event.preventDefault();
          if (step === undefined) go(found[chosen]?.address);
          else at.value = (chosen + step + found.length) % Math.max(1, found.length);
        }}
      />
      <p class="muted spaced" role="status">
        {words.find.found(found.length)}
      </p>
      {found.length > 0 && (
        <div id={list} class="findings" role="listbox" tabIndex={-1} aria-label={words.find.title}>
          {found.map(({ label, kind, address }, i) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: The field above it has the keys.
            <div
              key={address}
              id={`${option}${i}`}
              role="option"
              tabIndex={-1}
              aria-selected={i === chosen}
              onClick={() => go(address)}
            >
              {label} <span class="muted">{kind}</span>
            </div>
          ))}
        </div>
      )}
    </Dialog>
  );
}

/** Ids of devices that begin with a text, a few of them. */
function useDevices(text: string): readonly string[] {
  const path = /^[\w-]{2,64}$/.test(text) ? `devices?limit=5&search=${text}` : '';
  const loaded = useLoaded<{ readonly devices: readonly DeviceMessage[] }>(path, []);
  // The answer may be the one before.
  const ids = loaded.data.value?.devices.map(({ device }) => device) ?? [];
  return path === '' ? [] : ids.filter(id => id.startsWith(text));
}
