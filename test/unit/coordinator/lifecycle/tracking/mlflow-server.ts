import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

type Pair = { key: string; value: string };
interface Run {
  readonly id: string;
  readonly experiment: string;
  readonly name: string;
  status: string;
  endTime?: number;
  readonly tags: Map<string, string>;
  readonly params: Map<string, string>;
  readonly metrics: Map<string, { key: string; value: unknown; timestamp: number; step: number }>;
}
interface Version {
  readonly version: string;
  readonly source: string;
  readonly run_id: string;
  readonly tags: readonly Pair[];
}

class Refusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message = code) {
    super(message);
    this.status = status;
    this.code = code;
  }
}
const missing = () => new Refusal(404, 'RESOURCE_DOES_NOT_EXIST');
const invalid = (message: string) => new Refusal(400, 'INVALID_PARAMETER_VALUE', message);

/**
 * A stand-in for an MLflow tracking server, with what its REST API 2.0 answers and refuses, as MLflow 3.11 did: limits of a batch, parameters
 * that don't change, names of models, reserved aliases.
 */
export class MlflowServer {
  readonly experiments = new Map<string, string>();
  readonly runs: Run[] = [];
  readonly models = new Map<string, { versions: Version[]; aliases: Map<string, string> }>();
  readonly artifacts = new Map<string, Buffer>();
  /** Methods and paths, in order. */
  readonly asked: string[] = [];
  /** Answers each request with this status, where it is set; `drop` does what is asked and loses the answer. */
  failing: number | 'drop' | undefined;
  readonly token: string | undefined;
  #server = createServer();
  #port = 0;

  private constructor(token: string | undefined) {
    this.token = token;
  }

  static async open(token?: string): Promise<MlflowServer> {
    const server = new MlflowServer(token);
    await server.start();
    return server;
  }

  async start(): Promise<void> {
    this.#server = createServer(async (request, response) => {
      const answer = (status: number, body: unknown) => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      };
      try {
        const body = await read(request);
        this.asked.push(`${request.method} ${request.url?.split('?')[0]}`);
        if (this.token !== undefined && request.headers.authorization !== `Bearer ${this.token}`)
          throw new Refusal(401, 'UNAUTHENTICATED');
        if (typeof this.failing === 'number') throw new Refusal(this.failing, 'TEMPORARILY_UNAVAILABLE');
        const found = this.#answer(request.method!, new URL(request.url!, 'http://x'), body);
        if (this.failing === 'drop') response.destroy();
        else answer(200, found);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        answer(error.status, { error_code: error.code, message: error.message });
      }
    });
    await new Promise<void>(resolve => this.#server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Goes away; `start` brings it back at the same address, with what it knew. */
  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise(resolve => this.#server.close(resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  run(name: string): Run {
    const found = this.runs.find(each => each.name === name);
    if (!found) throw new Error(`There is no run "${name}": ${this.runs.map(each => each.name)}`);
    return found;
  }

  /** The values of a metric of a run, by step. */
  metric(run: string, key: string): [number, unknown][] {
    return [...this.run(run).metrics.values()]
      .filter(each => each.key === key)
      .map(({ step, value }): [number, unknown] => [step, value])
      .sort(([a], [b]) => a - b);
  }

  #answer(method: string, { pathname, searchParams }: URL, bytes: Buffer): unknown {
    const artifact = /^\/api\/2\.0\/mlflow-artifacts\/artifacts\/(.+)$/.exec(pathname)?.[1];
    if (artifact !== undefined) {
      this.artifacts.set(decodeURIComponent(artifact), bytes);
      return {};
    }
    const body = bytes.length > 0 ? JSON.parse(bytes.toString()) : {};
    const path = pathname.replace('/api/2.0/mlflow/', '');
    const name = body.name ?? searchParams.get('name');
    switch (`${method} ${path}`) {
      case 'GET experiments/get-by-name': {
        const wanted = searchParams.get('experiment_name')!;
        const id = this.experiments.get(wanted);
        if (id === undefined) throw missing();
        return { experiment: { experiment_id: id, name: wanted } };
      }
      case 'POST experiments/search':
        return { experiments: [] };
      case 'POST experiments/create':
        if (this.experiments.has(name)) throw new Refusal(400, 'RESOURCE_ALREADY_EXISTS');
        this.experiments.set(name, String(this.experiments.size + 1));
        return { experiment_id: this.experiments.get(name) };
      case 'POST runs/create': {
        const run: Run = {
          id: `run${this.runs.length + 1}`,
          experiment: body.experiment_id,
          name: body.run_name,
          status: 'RUNNING',
          tags: new Map(body.tags.map(({ key, value }: Pair) => [key, value])),
          params: new Map(),
          metrics: new Map(),
        };
        this.runs.push(run);
        return { run: { info: { run_id: run.id, experiment_id: run.experiment } } };
      }
      case 'POST runs/search': {
        const [, key, value] = /^tags\."(.+)" = '(.+)'$/.exec(body.filter) ?? [];
        const [, status] = /^attributes\.status = '(.+)'$/.exec(body.filter) ?? [];
        if (key === undefined && status === undefined) throw invalid(`The filter ${body.filter} is invalid.`);
        const found = this.runs.filter(
          run =>
            body.experiment_ids.includes(run.experiment) &&
            (status === undefined ? run.tags.get(key!) === value : run.status === status),
        );
        const pairs = (of: ReadonlyMap<string, string>) =>
          Array.from(of, ([name, text]) => ({ key: name, value: text }));
        // Empty fields are omitted.
        return found.length > 0
          ? {
              runs: found.map(({ id, experiment, tags }) => ({
                info: { run_id: id, experiment_id: experiment },
                data: { tags: pairs(tags) },
              })),
            }
          : {};
      }
      case 'POST runs/update': {
        const run = this.#byId(body.run_id);
        run.status = body.status;
        run.endTime = body.end_time;
        return { run_info: {} };
      }
      case 'POST runs/log-batch':
        return this.#log(body, bytes.length);
      case 'GET registered-models/get': {
        const model = this.models.get(name);
        if (!model) throw missing();
        const aliases = Array.from(model.aliases, ([alias, version]) => ({ alias, version }));
        return { registered_model: { name, ...(aliases.length > 0 && { aliases }) } };
      }
      case 'POST registered-models/create':
        if (/[/:]/.test(name)) throw invalid("Registered model name cannot contain '/' or ':'");
        if (this.models.has(name)) throw new Refusal(400, 'RESOURCE_ALREADY_EXISTS');
        this.models.set(name, { versions: [], aliases: new Map() });
        return { registered_model: { name } };
      case 'POST registered-models/alias': {
        const { alias, version } = body;
        if (alias === 'latest' || /^v\d+$/.test(alias)) throw invalid('The alias is reserved.');
        const model = this.models.get(name);
        if (!model?.versions.some(each => each.version === version)) throw missing();
        model.aliases.set(alias, version);
        return {};
      }
      case 'POST model-versions/create': {
        const model = this.models.get(name);
        if (!model) throw missing();
        const made = { version: String(model.versions.length + 1), ...body };
        model.versions.push(made);
        return { model_version: { ...made, name } };
      }
      case 'GET model-versions/search': {
        const wanted = /^name='(.+)'$/.exec(searchParams.get('filter')!)![1]!;
        const all = this.models.get(wanted)?.versions ?? [];
        const from = Number(searchParams.get('page_token') ?? 0);
        // Small pages, to be turned.
        const page = all.slice(from, from + 2);
        return {
          ...(page.length > 0 && { model_versions: page.map(each => ({ ...each, name: wanted })) }),
          ...(from + 2 < all.length && { next_page_token: String(from + 2) }),
        };
      }
      default:
        throw new Refusal(404, 'ENDPOINT_NOT_FOUND', `${method} ${path}`);
    }
  }

  #log(
    body: {
      run_id: string;
      metrics: { key: string; value: unknown; timestamp: number; step: number }[];
      params: Pair[];
      tags: Pair[];
    },
    bytes: number,
  ): unknown {
    const run = this.#byId(body.run_id);
    const { metrics, params, tags } = body;
    if (metrics.length > 1_000 || params.length > 100 || tags.length > 100 || bytes > 1_048_576)
      throw invalid('The batch is too large.');
    if (params.some(({ value }) => value.length > 6_000) || tags.some(({ value }) => value.length > 8_000))
      throw invalid('A value is too long.');
    if ([...metrics, ...params, ...tags].some(({ key }) => !/^[\w\-./: ]{1,250}$/.test(key)))
      throw invalid('A key is invalid.');
    for (const { key, value } of params)
      if ((run.params.get(key) ?? value) !== value) throw invalid(`The parameter ${key} can't change.`);
    for (const { key, value } of params) run.params.set(key, value);
    for (const { key, value } of tags) run.tags.set(key, value);
    for (const each of metrics) {
      if (typeof each.value !== 'number' && !['NaN', 'Infinity', '-Infinity'].includes(String(each.value)))
        throw invalid('A metric is no number.');
      run.metrics.set(JSON.stringify(each), each);
    }
    return {};
  }

  #byId(id: string): Run {
    const found = this.runs.find(each => each.id === id);
    if (!found) throw missing();
    return found;
  }
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
