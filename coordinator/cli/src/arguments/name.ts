import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { plainWords } from '@murmuration/protocol/errors/expected';
import { label } from '@murmuration/rounds/tokens/label';

/**
 * Validates the token name given by `--name`. Throws `config.invalid` if it is empty, too long or not plain
 * text.
 */
export function nameOf(text: string): string {
  const parsed = label.safeParse(text, { error: plainWords });
  if (parsed.success) return parsed.data;
  throw new MurmurationError('config.invalid', `--name: ${parsed.error.issues[0]!.message}.`);
}
