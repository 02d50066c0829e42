import type { FieldProblem } from '@murmuration/api/settings';
import { MurmurationError } from '@murmuration/protocol/errors/errors';

/** Error `task.settings`: settings that are invalid or don't fit together, with a message for each field. */
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
