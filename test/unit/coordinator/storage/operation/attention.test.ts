import type { TaskName } from '@murmuration/protocol/ids/ids';
import { memoryDocuments } from '@murmuration/storage/memory/documents';
import { Attention, silencesIn } from '@murmuration/storage/operation/attention';
import { describe, expect, it } from 'vitest';

const kind = { rule: 'rounds-failing', task: 'line' as TaskName } as const;

describe('what operators say of alerts', () => {
  it('keeps who acknowledged one first', () => {
    const attention = new Attention(silencesIn(memoryDocuments()));
    expect(attention.acknowledgementOf('a')).toBeNull();
    attention.acknowledge('a', { by: 'Ada', at: 1 });
    attention.acknowledge('a', { by: 'Bob', at: 2 });
    expect(attention.acknowledgementOf('a')).toEqual({ by: 'Ada', at: 1 });
    expect(attention.acknowledgementOf('b')).toBeNull();
  });

  it('remembers a bounded number, the newest ones', () => {
    const attention = new Attention(silencesIn(memoryDocuments()));
    for (let i = 0; i <= 200; i++) attention.acknowledge(`${i}`, { by: 'Ada', at: i });
    expect(attention.acknowledgementOf('0')).toBeNull();
    expect(attention.acknowledgementOf('200')).not.toBeNull();
  });

  it('silences one kind of one task until a time, and not from then on', async () => {
    const attention = new Attention(silencesIn(memoryDocuments()));
    await attention.silence({ ...kind, until: 100, by: 'Ada' });
    expect(attention.silencedUntil(kind, 99)).toBe(100);
    expect(attention.silencedUntil(kind, 100)).toBeNull();
    expect(attention.silencedUntil({ ...kind, task: null }, 99)).toBeNull();
    expect(attention.silencedUntil({ ...kind, rule: 'figure-fell' }, 99)).toBeNull();
    await attention.silence({ ...kind, until: 0, by: 'Ada' });
    expect(attention.silencedUntil(kind, 99)).toBeNull();
  });

  it('remembers silences over a restart, until they end', async () => {
    const store = silencesIn(memoryDocuments());
    await new Attention(store).silence({ ...kind, until: 100, by: 'Ada' });
    const after = async (now: number) => {
      const attention = new Attention(store);
      await attention.open(now);
      return attention.silencedUntil(kind, now);
    };
    expect(await after(99)).toBe(100);
    expect(await after(100)).toBeNull();
  });
});
