/** Replacement of a secret. */
const redactedText = '[Redacted]';

/** Pattern of field names that hold a secret. */
const secretNamePattern = /token|secret|signature|authorization|cookie|password|privatekey/i;
/** Pattern of Murmuration's tokens, by their prefix; the id after it is no secret and is kept. */
const tokens = /(mm[eo]_[A-Za-z0-9_-]{16})[A-Za-z0-9_-]{16,}/g;
const webhookSecrets = /whsec_[A-Za-z0-9+/=]+/g;
/** Pattern of the query parameters that sign an address. */
const signed = /(X-Amz-(?:Signature|Credential|Security-Token)=)[^&\s"\\]+/gi;
const credentials = /\b(Bearer|Basic) +[A-Za-z0-9._~+/=-]+/gi;

/**
 * Removes secrets from a line of JSON, by field names at any depth and by patterns in texts. Every line of
 * the log passes here, so callers need not care, and the text of an error can't leak one.
 */
export function withoutSecrets(line: string): string {
  const named = secretNamePattern.test(line) ? `${JSON.stringify(JSON.parse(line), hide)}\n` : line;
  return named
    .replace(tokens, `$1${redactedText}`)
    .replace(webhookSecrets, redactedText)
    .replace(signed, `$1${redactedText}`)
    .replace(credentials, `$1 ${redactedText}`);
}

function hide(name: string, value: unknown): unknown {
  const isSecret = secretNamePattern.test(name) && (typeof value === 'string' || typeof value === 'object');
  return isSecret && value !== null ? redactedText : value;
}
