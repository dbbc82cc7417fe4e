import { voxError } from '../errors.js';
import type { components, paths } from './api.generated.js';
import { askEngine, engineAt, textOf, type EngineArgs, type EnginePlace } from './ask-engine.js';

/** How long an engine may take to answer, in milliseconds. */
const SILENT_MS = 15_000;

/** A node that plays, as the API tells it. */
export type Player = components['schemas']['Player'];
/** A call, as the API tells it. */
export type Call = components['schemas']['Call'];

type Method = 'get' | 'post';
type PathOf<M extends Method> = { [P in keyof paths]: paths[P] extends { [K in M]: object } ? P : never }[keyof paths];
type Operation<P extends keyof paths, M extends Method> = paths[P] extends { [K in M]: infer O } ? O : never;
type Answer<O> = O extends { responses: { 200: { content: { 'application/json': infer A } } } } ? A : unknown;
type Body<O> = O extends { requestBody?: { content: { 'application/json': infer B } } } ? B : never;
type InPath<O> = O extends { parameters: { path: infer V } } ? V : undefined;

/** The HTTP API of a running engine, typed by its OpenAPI document. Every request throws the VoxError of a refusal. */
export class EngineClient {
  /** @param place where it is. */
  constructor(readonly place: EnginePlace) {}

  /** Reads something. @param query what stands behind `?`. */
  get<P extends PathOf<'get'>>(
    path: P,
    values?: InPath<Operation<P, 'get'>>,
    query: Readonly<Record<string, string>> = {},
  ): Promise<Answer<Operation<P, 'get'>>> {
    const behind = new URLSearchParams(query).toString();
    return this.#ask(`${filled(path, values)}${behind && `?${behind}`}`, undefined) as never;
  }

  /** Asks for something to be done. */
  post<P extends PathOf<'post'>>(
    path: P,
    values: InPath<Operation<P, 'post'>>,
    body: Body<Operation<P, 'post'>>,
  ): Promise<Answer<Operation<P, 'post'>>> {
    return this.#ask(filled(path, values), body) as never;
  }

  async #ask(path: string, body: unknown): Promise<unknown> {
    const { url, token } = this.place;
    return JSON.parse(await textOf(await askEngine(url, path, { token, body, silentMs: SILENT_MS })));
  }
}

/** What a command that steers a call is told. */
export interface CallArgs extends EngineArgs {
  /** Which call, if several are open. */
  readonly call?: string;
  /** The answer as JSON. Default false. */
  readonly json?: boolean;
}

/** The engine and the call that are meant. @throws VoxError `WHICH_ENGINE`, `WHICH_CALL`, `NO_CALL_OPEN`, `UNKNOWN_CALL`. */
export async function callOf(args: CallArgs, cwd: string): Promise<{ readonly client: EngineClient; readonly call: string }> {
  const client = new EngineClient(engineAt(args, cwd));
  const { calls } = await client.get('/api/v1/calls');
  const open = calls.map(({ call }) => call);
  if (args.call !== undefined) {
    if (!open.includes(args.call)) throw voxError('UNKNOWN_CALL', { call: args.call });
    return { client, call: args.call };
  }
  if (open.length > 1) throw voxError('WHICH_CALL', { calls: open.join(', ') });
  if (open.length === 0) throw voxError('NO_CALL_OPEN', { url: client.place.url });
  return { client, call: open[0]! };
}

function filled(path: string, values: unknown): string {
  const given = (values ?? {}) as Readonly<Record<string, string>>;
  return path.replace(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(given[name] ?? ''));
}
