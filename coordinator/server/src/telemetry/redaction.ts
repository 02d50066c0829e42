/** What is put in the place of a secret. */
const hidden = '[Redacted]';

/** Names of fields that hold a secret. */
const secretName = /token|secret|signature|authorization|cookie|password|privatekey/i;
/** Our tokens, by their prefix; the id after it is no secret, and stays. */
const tokens = /(mm[eo]_[A-Za-z0-9_-]{16})[A-Za-z0-9_-]{16,}/g;
const webhookSecrets = /whsec_[A-Za-z0-9+/=]+/g;
/** What makes a signed address one. */
const signed = /(X-Amz-(?:Signature|Credential|Security-Token)=)[^&\s"\\]+/gi;
const credentials = /\b(Bearer|Basic) +[A-Za-z0-9._~+/=-]+/gi;

/**
 * A line of JSON without secrets, by the names of fields, however deep they are, and by what secrets look like in texts. Every line of the
 * log goes through it, so that no caller has to think of them, and none in the text of an error gets by.
 */
export function withoutSecrets(line: string): string {
  const named = secretName.test(line) ? `${JSON.stringify(JSON.parse(line), hide)}\n` : line;
  return named
    .replace(tokens, `$1${hidden}`)
    .replace(webhookSecrets, hidden)
    .replace(signed, `$1${hidden}`)
    .replace(credentials, `$1 ${hidden}`);
}

function hide(name: string, value: unknown): unknown {
  const isSecret = secretName.test(name) && (typeof value === 'string' || typeof value === 'object');
  return isSecret && value !== null ? hidden : value;
}
