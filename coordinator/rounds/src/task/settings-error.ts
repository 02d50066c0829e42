import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { FieldProblem } from '../configuration/config-error.ts';

/** Settings that don't fit: each field that is wrong, with what it may be. */
export class SettingsError extends MurmurationError {
  readonly fields: readonly FieldProblem[];

  constructor(fields: readonly FieldProblem[]) {
    super(
      'task.settings',
      fields
        .map(({ field, message }) => `${field}: ${message}${message.endsWith('?') ? '' : '.'}`)
        .join('\n'),
    );
    this.fields = fields;
  }
}
