import { Repeater } from '@murmuration/demo-keyboard-app/src/keyboard/repeater';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { expect, it } from 'vitest';

it('repeats a key that is held, and takes its click for nothing then', async () => {
  const clock = new VirtualClock();
  const repeater = new Repeater(clock);
  let presses = 0;
  repeater.start(() => presses++);
  await clock.advance(399);
  expect(presses).toBe(0);
  await clock.advance(1 + 3 * 60);
  expect(presses).toBe(4);
  repeater.stop();
  await clock.advance(1_000);
  expect(presses).toBe(4);
  expect(repeater.hasRepeated()).toBe(true);
  expect(repeater.hasRepeated()).toBe(false);
});

it('leaves a short press to its click', async () => {
  const clock = new VirtualClock();
  const repeater = new Repeater(clock);
  repeater.start(() => {});
  await clock.advance(200);
  repeater.stop();
  expect(repeater.hasRepeated()).toBe(false);
});
