import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { plainWords } from '@murmuration/protocol/errors/expected';
import { label } from '@murmuration/rounds/tokens/label';

/** The name that `--name` gives a token. Throws `config.invalid` for one that is empty, too long or not plain text. */
export function nameOf(text: string): string {
  const parsed = label.safeParse(text, { error: plainWords });
  if (parsed.success) return parsed.data;
  throw new MurmurationError('config.invalid', `--name: ${parsed.error.issues[0]!.message}.`);
}
