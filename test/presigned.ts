import { createHash, createHmac } from 'node:crypto';

const hmac = (key: Buffer | string, text: string) => createHmac('sha256', key).update(text).digest();
/** Of AWS: all but letters, digits and `-_.~` of each character, as RFC 3986 has it. */
const encoded = (text: string) =>
  encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    sign => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/**
 * Why a bucket would not take a presigned GET of S3 at `now`, ms since 1970; undefined: it would. From the documentation of AWS, "Authenticating
 * Requests: Using Query Parameters (AWS Signature Version 4)", and with nothing of the library that signs.
 */
export function refusalOf(url: URL, secret: string, now: number): string | undefined {
  const query = [...url.searchParams].filter(([name]) => name !== 'X-Amz-Signature');
  const of = (name: string) => url.searchParams.get(name) ?? '';
  const [, date = '', region = '', service = '', end = ''] = of('X-Amz-Credential').split('/');
  const stamp = of('X-Amz-Date');
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(stamp);
  if (of('X-Amz-Algorithm') !== 'AWS4-HMAC-SHA256' || end !== 'aws4_request' || service !== 's3')
    return 'form';
  if (!parts || !stamp.startsWith(date) || of('X-Amz-SignedHeaders') !== 'host') return 'form';
  const signedAt = Date.parse(`${stamp.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z')}`);
  if (now < signedAt - 900_000 || now >= signedAt + 1_000 * Number(of('X-Amz-Expires'))) return 'expired';
  const request = [
    'GET',
    url.pathname
      .split('/')
      .map(part => encoded(decodeURIComponent(part)))
      .join('/'),
    query
      .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
      .sort()
      .join('&'),
    `host:${url.host}\n`,
    'host',
    'UNSIGNED-PAYLOAD',
  ].join('\n');
  const scope = `${date}/${region}/s3/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', stamp, scope, createHash('sha256').update(request).digest('hex')].join(
    '\n',
  );
  const key = ['aws4_request', 's3', region, date].reduceRight<Buffer | string>(hmac, `AWS4${secret}`);
  return hmac(key, text).toString('hex') === of('X-Amz-Signature') ? undefined : 'signature';
}
