import { exampleIn } from '@murmuration/simulations/demonstration/examples';
import { parseSpamOptions } from '@murmuration/simulations/demonstration/spam-options';
import { parseOptions } from '@murmuration/simulations/demonstration/start-options';
import { folder } from '@murmuration/simulations/options/values';
import { expect, it } from 'vitest';

it('shows the keyboard unless another example is named', () => {
  expect(exampleIn([])).toBe('keyboard');
  expect(exampleIn(['--devices', '10', '--exit'])).toBe('keyboard');
  expect(exampleIn(['--speed', '5', '--example', 'spam', '--json'])).toBe('spam');
  expect(exampleIn(['--example=spam'])).toBe('spam');
});

it('keeps its state in a folder, and makes none of an address', () => {
  expect(parseOptions(['--storage', './state'], 280)).toMatchObject({ storage: './state' });
  for (const path of ['/var/lib/state', 'C:\\state', 'a:b']) expect(folder(path)).toBe(path);
  expect(() => folder('postgres://ada:secret@db.example.org/murmuration')).toThrow(/^Give a folder/);
});

it('reads what each example takes', () => {
  expect(parseOptions(['--example', 'keyboard', '--rounds', '3'], 280)).toMatchObject({ rounds: 3 });
  expect(parseSpamOptions(['--example', 'spam', '--speed', '48', '--port', '0'])).toMatchObject({
    speed: 48,
    port: 0,
    open: true,
    exit: false,
  });
});
