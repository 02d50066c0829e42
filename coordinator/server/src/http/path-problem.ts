import { looks } from '@murmuration/protocol/ids/ids';

/** Form of a path parameter: `[its name, its format, where to find existing ones]`. */
type Form = readonly [called: string, looks: string, found: string];

const { name, id, hash } = looks;

/** Forms by the parameters' names in routes. */
const forms: Readonly<Record<string, Form>> = {
  task: ['task name', name, 'GET /v1/tasks and "murmuration tasks" show the tasks'],
  query: ['name of a query', name, '"murmuration queries TASK" shows the queries of a task'],
  model: ['hash of a model', hash, 'GET /v1/tasks/TASK/models shows the versions of a task'],
  weights: ['file of weights', `${hash}, then ".bin"`, 'The model.json of a version names its file'],
  file: ['file of the WebAssembly backend', 'one that TensorFlow.js asks for', 'Copy its name from there'],
  round: ['id of a round', id, 'GET /v1/tasks/TASK/rounds shows the rounds of a task'],
  assignment: ['id of an assignment', id, 'The coordinator gives it to the device, with its token'],
  device: ['id of a device', id, '"murmuration devices" shows the devices'],
  token: [
    'id of a token',
    '16 letters, digits, hyphens and underscores, and not the token itself',
    'The lists of tokens show their ids',
  ],
  alias: [
    'name of a version',
    'a lower-case letter, then up to 31 lower-case letters, digits and hyphens, such as "champion"',
    '"murmuration models TASK" shows those of a task',
  ],
  number: ['number of a round, run or version', 'a whole number such as 12', 'Their lists show it'],
  window: ['end of a window', 'a whole number of ms since 1970', 'The page of the version links its windows'],
  name: [
    'name of an experiment or a webhook',
    'shorter, of 40 characters at most, or 63 for a webhook',
    'The page of the task shows it',
  ],
};

/** Maximum length, in characters, of a path parameter that an answer repeats. */
const maxShown = 64;

/**
 * Explains to the client what is wrong with a path parameter: the right format, and where to find one. A
 * token given as its id is not repeated. Returns undefined for a parameter without a form.
 */
export function pathProblem(parameter: string, value: unknown): string | undefined {
  const form = Object.hasOwn(forms, parameter) ? forms[parameter] : undefined;
  if (!form) return undefined;
  const [called, looks, found] = form;
  const text = String(value);
  const given = parameter === 'token' ? 'What this address has' : JSON.stringify(text.slice(0, maxShown));
  return `${given} is no ${called}: it has to be ${looks}. ${found}.`;
}
