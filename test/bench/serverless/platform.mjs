// One inference by a handler of examples/serverless, in a process that begins with it; prints a line once it is answered.
const [platform = '', folder = '', token = ''] = process.argv.slice(2);
process.env.MODELS = folder;
const path = '/v2/models/dense/infer';
const body = JSON.stringify({
  inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 100], data: Array(100).fill(0.5) }],
});
const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
const examples = new URL('../../../examples/serverless/', import.meta.url);

let status = 0;
if (platform === 'lambda') {
  const { handler } = await import(new URL('lambda.js', examples).href);
  const event = {
    version: '2.0',
    rawPath: path,
    rawQueryString: '',
    headers,
    requestContext: { http: { method: 'POST', path } },
    body,
  };
  status = (await handler(event, {})).statusCode;
} else {
  const { getTestServer } = await import('@google-cloud/functions-framework/testing');
  await import(new URL('functions.js', examples).href);
  const server = getTestServer('models').listen(0, '127.0.0.1');
  await new Promise(resolve => server.once('listening', resolve));
  status = (
    await fetch(`http://127.0.0.1:${server.address().port}${path}`, { method: 'POST', headers, body })
  ).status;
}
if (status !== 200) throw new Error(`It answered HTTP ${status}.`);
process.stdout.write('answered\n');
process.exit(0);
