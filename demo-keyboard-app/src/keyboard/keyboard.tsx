import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { EraseIcon, LockIcon, SendIcon, ShiftIcon } from '../design/icons.tsx';
import { strings } from '../strings/strings.ts';
import type { KeyboardState } from './keyboard-state.ts';
import { type Key, type KeySpot, layers, neighbour } from './layout.ts';
import type { Repeater } from './repeater.ts';

/**
 * Keys on the screen. Touch and mouse press them without moving the caret out of the text field; with a real
 * keyboard, one Tab reaches them, and arrows move between them.
 */
export function Keyboard({
  state,
  repeater,
}: {
  readonly state: KeyboardState;
  readonly repeater: Repeater;
}) {
  const layer = state.layer.value;
  const rows = layers[layer];
  const isUpper = state.isUpper.value;
  const group = useRef<HTMLFieldSetElement>(null);
  const place = useSignal<KeySpot>([0, 0]);
  const [atRow, atColumn] = place.value;

  const move = (event: KeyboardEvent) => {
    const next = neighbour(rows, place.peek(), event.key);
    if (next === place.peek() || !/^(Arrow|Home|End)/.test(event.key)) return;
    event.preventDefault();
    place.value = next;
    group.current?.querySelector<HTMLButtonElement>(`[data-place="${next.join()}"]`)?.focus();
  };

  return (
    <fieldset ref={group} class={`keyboard ${layer}`} aria-label={strings.keyboard.label} onKeyDown={move}>
      {rows.map((keys, row) => (
        <div key={row} class="row">
          {keys.map((key, column) => (
            <button
              key={'action' in key ? key.action : key.character}
              type="button"
              class={`key ${'action' in key ? key.action : 'character'}`}
              data-place={`${row},${column}`}
              tabIndex={row === atRow && column === atColumn ? 0 : -1}
              aria-label={labelOf(key, state)}
              aria-pressed={'action' in key && key.action === 'shift' ? isUpper : undefined}
              onPointerDown={event => {
                event.preventDefault();
                if ('action' in key && key.action === 'erase') repeater.start(() => state.press(key));
              }}
              onPointerUp={() => repeater.stop()}
              onPointerLeave={() => repeater.stop()}
              onPointerCancel={() => repeater.stop()}
              onFocus={() => {
                place.value = [row, column];
              }}
              onClick={() => {
                if (!repeater.hasRepeated()) state.press(key);
              }}
            >
              <Face of={key} state={state} />
            </button>
          ))}
        </div>
      ))}
    </fieldset>
  );
}

function labelOf(key: Key, state: KeyboardState): string | undefined {
  if ('character' in key) return undefined;
  if (key.action !== 'shift') return strings.keyboard.actions[key.action];
  const names = {
    off: strings.keyboard.actions.shift,
    once: strings.keyboard.shiftOnce,
    lock: strings.keyboard.shiftLock,
  };
  return names[state.shift.value];
}

function Face({ of: key, state }: { readonly of: Key; readonly state: KeyboardState }) {
  if ('character' in key) return state.isUpper.value ? key.character.toUpperCase() : key.character;
  switch (key.action) {
    case 'shift':
      return state.shift.value === 'lock' ? <LockIcon /> : <ShiftIcon />;
    case 'erase':
      return <EraseIcon />;
    case 'send':
      return <SendIcon />;
    default:
      return strings.keyboard.faces[key.action];
  }
}
