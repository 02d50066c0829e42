import { exampleIn } from '@murmuration/simulations/demonstration/examples';
import { parseSpamOptions } from '@murmuration/simulations/demonstration/spam-options';
import { parseOptions } from '@murmuration/simulations/demonstration/start-options';
import { expect, it } from 'vitest';

it('shows the keyboard unless another example is named', () => {
  expect(exampleIn([])).toBe('keyboard');
  expect(exampleIn(['--devices', '10', '--exit'])).toBe('keyboard');
  expect(exampleIn(['--speed', '5', '--example', 'spam', '--json'])).toBe('spam');
  expect(exampleIn(['--example=spam'])).toBe('spam');
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
