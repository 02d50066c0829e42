import {
  coordinatorEvents,
  deviceEvents,
  maskedHeader,
  modelPath,
  socketPath,
  updatePath,
} from '@murmuration/protocol/messages/channel';
import { expect, it } from 'vitest';

it('a channel has the events and the paths of the specification', () => {
  expect(deviceEvents.join(' ')).toBe('enrol hello check-in keys shares agree reveal leave forget predict');
  expect(coordinatorEvents.join(' ')).toBe(
    'challenge assignment roster bundle survivors agreed round-end serve come-back',
  );
  expect(socketPath).toBe('/v1/socket');
  expect(maskedHeader).toBe('Murmuration-Masked');
  expect(updatePath('r', 'a')).toBe('/v1/rounds/r/updates/a');
  expect(modelPath('f00')).toBe('/v1/models/f00/model.json');
});
