import { askedSteps, ParticipationState } from '@murmuration/demo-keyboard-app/src/rounds/participation';
import { signal } from '@preact/signals';
import { beforeEach, describe, expect, it } from 'vitest';

let participation: ParticipationState;

beforeEach(() => {
  participation = new ParticipationState(signal(true));
});

const hear = (number: number, ...phases: Parameters<ParticipationState['round']>[0]['phase'][]) => {
  for (const phase of phases) participation.round({ number, phase, progress: 1 });
};

describe('the part of a device', () => {
  it('goes through the steps of a round', () => {
    const phases = [
      'keys',
      'shares',
      'downloading',
      'training',
      'uploading',
      'agreement',
      'unmasking',
    ] as const;
    const steps = phases.map(phase => {
      hear(3, phase);
      return participation.step.value;
    });
    expect(steps).toEqual(['keys', 'shares', 'training', 'training', 'uploading', 'unmasking', 'unmasking']);
    hear(3, 'ended');
    expect(participation.step.value).toBeNull();
  });

  it('is remembered with whether it counted, the newest first', () => {
    hear(1, 'keys', 'training', 'uploading', 'agreement', 'unmasking', 'counted', 'ended');
    hear(2, 'keys', 'ended');
    expect(participation.past.value).toEqual([
      { number: 2, query: null, counted: false },
      { number: 1, query: null, counted: true },
    ]);
  });

  it('says what a round asks, to its end', () => {
    participation.round({ number: 4, query: 'phrases', phase: 'keys', progress: 0 });
    expect(participation.part.value).toMatchObject({ number: 4, query: 'phrases' });
    participation.round({ number: 4, query: 'phrases', phase: 'counted', progress: 1 });
    hear(4, 'ended');
    expect(participation.past.value).toEqual([{ number: 4, query: 'phrases', counted: true }]);
    expect(askedSteps).toEqual(['keys', 'shares', 'uploading', 'unmasking']);
  });

  it('counted once the device has agreed to a statement that counts it, though the round ends before it reveals', () => {
    hear(6, 'keys', 'uploading', 'agreement', 'ended');
    hear(7, 'keys', 'uploading', 'agreement', 'unmasking', 'ended');
    expect(participation.past.value).toEqual([
      { number: 7, query: null, counted: true },
      { number: 6, query: null, counted: false },
    ]);
  });

  it('is over where the device waits again without having heard of the end', () => {
    hear(5, 'keys', 'training');
    participation.wait();
    expect(participation.part.value).toBeNull();
    expect(participation.past.value).toEqual([{ number: 5, query: null, counted: false }]);
    hear(5, 'ended');
    expect(participation.past.value).toHaveLength(1);
  });

  it('is over at once when the device is not to take part, whatever its client still tells', () => {
    const isActive = signal(true);
    const other = new ParticipationState(isActive);
    other.round({ number: 4, phase: 'training', progress: 0.5 });
    isActive.value = false;
    other.leave();
    other.round({ number: 4, phase: 'training', progress: 0.6 });
    expect(other.part.value).toBeNull();
    expect(other.past.value).toEqual([{ number: 4, query: null, counted: false }]);
  });

  it('is off while the device is not to take part', () => {
    const isActive = signal(false);
    const other = new ParticipationState(isActive);
    other.link.value = 'online';
    expect(other.connection.value).toBe('off');
    isActive.value = true;
    expect(other.connection.value).toBe('online');
  });
});
