const answers = {
  'Linux users': 'Which distribution is it, and what does uname -a say?',
  Packages: 'Run apt-get update, and send us the name and release of the package.',
  Razor: 'Is port 2703 open? Then razor-admin -discover finds a server that answers.',
  SpamAssassin: 'Run spamassassin -D --lint, and send us what it says.',
  exmh: 'Move ~/.exmh away and start again; does it still happen?',
};
const [form] = document.forms;
const post = (path, body) => fetch(path, { method: 'POST', body: JSON.stringify(body) });
function made(tag, ...parts) {
  const element = document.createElement(tag);
  element.append(...parts);
  return element;
}

form.addEventListener('submit', async event => {
  event.preventDefault();
  const [text, id] = [form.text.value, crypto.randomUUID()];
  form.before(made('p', `You: ${text}`));
  form.reset();
  const inputs = [{ name: 'text', datatype: 'BYTES', shape: [1], data: [text] }];
  const response = await post('/v2/models/desk/infer', { id, inputs });
  if (!response.ok) return form.before('The desk is away. Try again later.');
  const [{ data }] = (await response.json()).outputs;
  const best = data.indexOf(Math.max(...data));
  const [team, canned] = Object.entries(answers)[best];
  const share = `${team}, ${Math.round(100 * data[best])} %`;
  const told = data[best] < 0.8 ? `I am not sure (${share}). Somebody will read it.` : `${share}: ${canned}`;
  const buttons = Object.keys(answers).map((name, outcome) => {
    const button = made('button', name);
    button.onclick = () => post('/v1/feedback', { id, outcome }).then(({ ok }) => ok && button.append(' ✓'));
    return button;
  });
  form.before(made('p', `${told} Who should answer? `, ...buttons));
});
