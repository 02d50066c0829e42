import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { Pulse } from '@murmuration/tuning/queue/pulse';
import { WorkersWatch } from '@murmuration/tuning/queue/workers-watch';
import { describe, expect, it } from 'vitest';

describe('the pulse of others', () => {
  it('says that one lives only once a beat came, and that it is dead once none came for long', () => {
    const clock = new VirtualClock(0);
    const pulse = new Pulse(clock, 1_000);
    expect(pulse.look('left over', 7)).toBe('unknown');
    expect(pulse.look('a', 1)).toBe('unknown');
    clock.jump(900);
    expect(pulse.look('a', 2)).toBe('alive');
    expect(pulse.look('left over', 7)).toBe('unknown');
    clock.jump(1_100);
    expect(pulse.look('a', 2)).toBe('alive');
    expect(pulse.look('left over', 7)).toBe('dead');
    clock.jump(2_000);
    expect(pulse.look('a', 2)).toBe('dead');
    expect(pulse.look('a', 3)).toBe('alive');
  });
});

describe('the list of workers', () => {
  it('tells who comes, who is refused and why, and who goes', () => {
    const clock = new VirtualClock(0);
    const told: string[] = [];
    const watch = new WorkersWatch(clock, line => told.push(line));
    const worker = (name: string, beat: number, refused: string | null = null) =>
      ({ name, beat, threads: 2, refused }) as const;
    watch.look(new Map([['1', worker('a:1', 0)]]));
    watch.look(
      new Map([
        ['1', worker('a:1', 1)],
        ['2', worker('b:1', 0)],
        ['3', worker('c:1', 0, 'it has other data')],
      ]),
    );
    expect([watch.size, watch.threads]).toEqual([2, 4]);
    clock.jump(16_000);
    const dead = watch.look(
      new Map([
        ['1', worker('a:1', 2)],
        ['2', worker('b:1', 0)],
        ['3', worker('c:1', 0, 'it has other data')],
      ]),
    );
    expect(dead).toEqual(['2', '3']);
    watch.look(new Map());
    expect(told).toEqual([
      'The worker a:1 with 2 threads has come; it is the only one, with 2 threads in all.',
      'The worker c:1 is refused: it has other data.',
      'The worker b:1 with 2 threads has come; 2 are there, with 4 threads in all.',
      'The worker b:1 is gone; it is the only one, with 2 threads in all.',
      'The worker a:1 is gone; there is none now, and the run waits.',
    ]);
  });
});
