import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { afterEach, describe, expect, it } from 'vitest';
import { API_BASE, openApiDocument, ROUTES } from '../../src/api/index.js';
import { seeded } from '../machines/fakes.js';
import { SchemaValues, type Schema } from './schema-values.js';
import { served, type Answer } from './support.js';

let open: Awaited<ReturnType<typeof served>> | undefined;
afterEach(async () => {
  await open?.close();
  open = undefined;
});

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required: boolean;
    readonly schema: Schema;
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}
const document = openApiDocument(ROUTES, API_BASE, '0.0.0') as unknown as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
};
/** Those that end the graph, or never end. */
const LEFT_OUT = new Set(['readFeed', 'listenWire', 'callLeave']);
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item)
    .filter(([, { operationId }]) => !LEFT_OUT.has(operationId))
    .map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
);
const REQUESTS = 3000;

/** Checks answers against what the document says of them. */
function answerChecks(): (
  operation: Operation,
  path: string,
  method: string,
) => (status: number) => ValidateFunction | undefined {
  const ajv = new Ajv2020({ strict: false });
  ajv.addSchema(document, 'api');
  const pointer = (text: string) => encodeURIComponent(text.replaceAll('~', '~0').replaceAll('/', '~1'));
  return (_operation, path, method) => (status) =>
    ajv.getSchema(`api#/paths/${pointer(path)}/${method.toLowerCase()}/responses/${status}/content/application~1json/schema`);
}

describe('the API under requests from its own document', () => {
  it(`answers ${REQUESTS} good and bad ones as it says it does, and never with its own fault`, { timeout: 120_000 }, async () => {
    const made = (open = await served({ requestsPerMinute: 1_000_000 }));
    const values = new SchemaValues(seeded(7), document.components.schemas);
    const checkOf = answerChecks();
    const statuses = new Map<number, number>();
    const answered = new Set<string>();
    const wrong: string[] = [];
    for (let n = 0; n < REQUESTS; n++) {
      const { path, method, operation } = values.pick(operations);
      const isBad = values.chance(0.5);
      const url = addressOf(path, operation, values, isBad);
      const schema = operation.requestBody?.content['application/json']?.schema;
      const body = schema && (isBad ? values.bad(schema) : values.good(schema));
      // A command that leaves the call would end what is being tried.
      if (JSON.stringify(body ?? null).includes('call.leave')) continue;
      const sent = schema && isBad && values.chance(0.05) ? '{"broken' : body === undefined ? undefined : JSON.stringify(body);
      const answer = await made.during(made.ask(method, url, sent));
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      const fault = faultOf(answer, checkOf(operation, path, method));
      if (fault !== undefined)
        wrong.push(`${method} ${url} ${String(sent).slice(0, 200)} → ${answer.status} ${fault}: ${answer.text.slice(0, 300)}`);
      if (answer.status === 200) answered.add(operation.operationId);
    }
    expect(wrong.slice(0, 10)).toEqual([]);
    expect((await made.get('/state')).status).toBe(200);
    expect(made.engine.state.graphs['graph-1']!.status).toBe('running');
    // It is no test if everything was refused, or nothing.
    expect(statuses.get(200)).toBeGreaterThan(REQUESTS / 5);
    expect(statuses.get(400)).toBeGreaterThan(REQUESTS / 10);
    expect(answered.size).toBeGreaterThan(operations.length * 0.6);
  });
});

function faultOf({ status, json }: Answer, check: (status: number) => ValidateFunction | undefined): string | undefined {
  if (status >= 500) return 'is its own fault';
  if (status >= 400 && !(json?.error?.code && json.error.message && json.error.fix)) return 'has no reason';
  // Codes that depend on what a text says are not all listed.
  const validate = check(status) ?? (status === 200 ? undefined : check(400));
  if (status === 200 && !validate) return 'is not in the document';
  if (validate && !validate(json)) return `is not as the document says (${JSON.stringify(validate.errors?.[0])})`;
  return undefined;
}

function addressOf(path: string, { parameters = [] }: Operation, values: SchemaValues, isBad: boolean): string {
  const query: string[] = [];
  let address = path;
  for (const { name, in: where, required, schema } of parameters) {
    const value = isBad && values.chance(0.3) ? values.bad(schema) : values.good(schema, 0, name);
    const text = encodeURIComponent(typeof value === 'string' ? value : JSON.stringify(value));
    if (where === 'path') address = address.replace(`{${name}}`, text.slice(0, 300) || 'x');
    else if (required || values.chance(0.5)) query.push(`${name}=${text}`);
  }
  if (isBad && values.chance(0.1)) query.push('surplus=1');
  return `${address}${query.length > 0 ? `?${query.join('&')}` : ''}`;
}
