import type { IncomingMessage } from 'node:http';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { problem, reasonOf, VoxError, voxError } from '../errors.js';
import { runningEngines, type EngineRun } from './run-file.js';

/** Where a running engine is looked for. */
export const DEFAULT_URL = 'http://127.0.0.1:8765';

/** How a running engine is reached. */
export interface EngineArgs {
  /** Its address. Default: that of the one that runs, else {@link DEFAULT_URL}. */
  readonly url?: string;
  /** What it wants to be shown; default `VOXGRAPH_ADMIN_TOKEN` of the environment, else `VOXGRAPH_TOKEN`. */
  readonly token?: string;
  /** A file that holds it, so that it is in no list of processes. */
  readonly tokenFile?: string;
}

/** Where an engine is, and what it is shown. */
export interface EnginePlace {
  readonly url: string;
  readonly token: string | undefined;
}

/**
 * Where the engine is that is meant: at `url`, or the one that runs; of several the one with the call.
 *
 * @throws VoxError `WHICH_ENGINE`, and `USAGE` for a token file that cannot be read.
 */
export function engineAt(args: EngineArgs & { readonly call?: string }, cwd: string): EnginePlace {
  const token = args.token ?? tokenIn(args.tokenFile, cwd);
  if (args.url !== undefined) return { url: args.url, token };
  const engines = runningEngines();
  const { call } = args;
  const meant = call === undefined || engines.length < 2 ? engines : engines.filter(({ calls }) => calls.includes(call));
  if (meant.length > 1) throw voxError('WHICH_ENGINE', { engines: meant.map(engineSentence).join(', ') });
  if (meant.length === 0 && engines.length > 1) throw voxError('UNKNOWN_CALL', { call: call! });
  return { url: meant[0]?.url ?? DEFAULT_URL, token };
}

/** An engine in a list of several. */
export function engineSentence({ url, graph, calls }: EngineRun): string {
  return `${url} (${graph} in ${calls.join(', ')})`;
}

function tokenIn(file: string | undefined, cwd: string): string | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(resolve(cwd, file), 'utf8').trim();
  } catch (error) {
    throw voxError('USAGE', { reason: `--token-file cannot be read: ${reasonOf(error)}` });
  }
}

/** What is asked of it. */
export interface Asking {
  /** What it wants to be shown; default `VOXGRAPH_ADMIN_TOKEN` of the environment, else `VOXGRAPH_TOKEN`. */
  readonly token?: string | undefined;
  /** Sent as JSON by POST; absent: GET. */
  readonly body?: unknown;
  /** How long it may be silent, in milliseconds; absent: as long as it likes. */
  readonly silentMs?: number;
}

/** Asks a running engine. @throws VoxError with what it said, or `ENGINE_NOT_FOUND`. */
export async function askEngine(base: string, path: string, asking: Asking): Promise<IncomingMessage> {
  const { token = process.env['VOXGRAPH_ADMIN_TOKEN'] || process.env['VOXGRAPH_TOKEN'], body } = asking;
  // Loaded here: it takes a fifth of the time that any command takes to start.
  const { request } = await import('node:http');
  const response = await new Promise<IncomingMessage>((done, fail) => {
    const headers = {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    };
    let url: URL;
    try {
      url = new URL(path, base);
    } catch {
      return fail(voxError('USAGE', { reason: `--url must be an address such as ${DEFAULT_URL}, not "${base}"` }));
    }
    const asked = request(url, { headers, method: body === undefined ? 'GET' : 'POST' }, done);
    asked.on('error', (error) => fail(voxError('ENGINE_NOT_FOUND', { url: base, reason: reasonOf(error) })));
    if (asking.silentMs !== undefined) asked.setTimeout(asking.silentMs, () => asked.destroy(new Error('it does not answer')));
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
  const { statusCode = 0 } = response;
  if (statusCode >= 200 && statusCode < 300) return response;
  const text = await textOf(response);
  throw new VoxError(refusalIn(text) ?? problem('ENGINE_NOT_FOUND', { url: base, reason: `it answered ${statusCode}` }));
}

/** The whole body of an answer. */
export async function textOf(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += String(chunk);
  return text;
}

/** `--url`, `--token-file` and `--token`. */
export function engineOptions(command: Command): Command {
  return command
    .option('--url <address>', `where the engine is; default: the one that runs, else ${DEFAULT_URL}`)
    .option('--token-file <file>', 'a file that holds what the engine wants to be shown')
    .option('--token <secret>', 'the same as it is, for others to see; default: VOXGRAPH_ADMIN_TOKEN, else VOXGRAPH_TOKEN');
}

function refusalIn(text: string): ReturnType<typeof problem> | undefined {
  try {
    const said = JSON.parse(text) as {
      code?: string;
      message?: string;
      fix?: string;
      error?: { code: string; message: string; fix: string };
    };
    const found = said.error ?? said;
    return found.code !== undefined && found.message !== undefined ? (found as ReturnType<typeof problem>) : undefined;
  } catch {
    return undefined;
  }
}
