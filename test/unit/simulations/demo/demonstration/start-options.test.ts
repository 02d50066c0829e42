import { exampleIn } from '@murmuration/demo/demonstration/examples';
import { parseSpamOptions } from '@murmuration/demo/demonstration/spam-options';
import { parseOptions } from '@murmuration/demo/demonstration/start-options';
import { keyboardTask } from '@murmuration/studies/keyboard/task';
import { folder } from '@murmuration/tuning/options/values';
import { expect, it, vi } from 'vitest';

it('shows the keyboard unless another example is named', () => {
  expect(exampleIn([])).toBe('keyboard');
  expect(exampleIn(['--devices', '10', '--exit'])).toBe('keyboard');
  expect(exampleIn(['--speed', '5', '--example', 'spam', '--json'])).toBe('spam');
  expect(exampleIn(['--example=spam'])).toBe('spam');
  expect(exampleIn(['--example', 'clinics', '--port', '0'])).toBe('clinics');
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

it('takes cohorts from three phones on where updates are masked, and names what to change below', () => {
  for (const cohort of [3, 4, 5, 40]) {
    const options = parseOptions(['--cohort', String(cohort)], 280);
    const task = keyboardTask({ ...options, heldOut: { words: [], messages: [] } });
    expect(task.cohort.minimum).toBeGreaterThanOrEqual(3);
  }
  expect(parseOptions(['--cohort', '2', '--masking', 'off'], 280)).toMatchObject({ cohort: 2 });

  const said: string[] = [];
  vi.spyOn(process.stderr, 'write').mockImplementation(text => said.push(String(text)) > 0);
  vi.spyOn(process, 'exit').mockImplementation(code => {
    throw new Error(`ended with ${code}`);
  });
  try {
    expect(() => parseOptions(['--cohort', '2'], 280)).toThrow('ended with 1');
  } finally {
    vi.restoreAllMocks();
  }
  expect(said.join('')).toContain('Raise --cohort, or try --masking off');
});
