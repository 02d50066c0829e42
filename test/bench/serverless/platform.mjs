// One request to a handler of examples/serverless, in a process that begins with it; prints a line once it is answered.
const [platform = '', file = '', folder = '', token = ''] = process.argv.slice(2);
process.env.MODELS = folder;
const examples = new URL('../../../examples/serverless/', import.meta.url);
const { path, headers, body } = file.startsWith('front')
  ? { path: '/v1/connections', headers: {}, body: undefined }
  : {
      path: '/v2/models/dense/infer',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({
        inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 100], data: Array(100).fill(0.5) }],
      }),
    };

let status = 0;
if (platform === 'lambda') {
  const { handler } = await import(new URL(file, examples).href);
  const event = {
    version: '2.0',
    rawPath: path,
    rawQueryString: '',
    headers,
    requestContext: { http: { method: 'POST', path, sourceIp: '203.0.113.7' } },
    body,
  };
  status = (await handler(event, {})).statusCode;
} else {
  const { getTestServer } = await import('@google-cloud/functions-framework/testing');
  await import(new URL(file, examples).href);
  const server = getTestServer(file.startsWith('front') ? 'front' : 'models').listen(0, '127.0.0.1');
  await new Promise(resolve => server.once('listening', resolve));
  status = (
    await fetch(`http://127.0.0.1:${server.address().port}${path}`, { method: 'POST', headers, body })
  ).status;
}
if (status < 200 || status >= 300) throw new Error(`It answered HTTP ${status}.`);
process.stdout.write('answered\n');
process.exit(0);
