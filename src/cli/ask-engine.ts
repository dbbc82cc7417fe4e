import type { IncomingMessage } from 'node:http';
import type { Command } from 'commander';
import { problem, reasonOf, VoxError, voxError } from '../errors.js';

/** Where a running engine is looked for. */
export const DEFAULT_URL = 'http://127.0.0.1:8765';

/** How a running engine is reached. */
export interface EngineArgs {
  /** Its address. Default {@link DEFAULT_URL}. */
  readonly url?: string;
  /** What it wants to be shown; default `VOXGRAPH_ADMIN_TOKEN` of the environment, else `VOXGRAPH_TOKEN`. */
  readonly token?: string;
}

/** What is asked of it. */
export interface Asking {
  /** What it wants to be shown; default `VOXGRAPH_ADMIN_TOKEN` of the environment, else `VOXGRAPH_TOKEN`. */
  readonly token?: string | undefined;
  /** Sent as JSON by POST; absent: GET. */
  readonly body?: unknown;
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

/** `--url` and `--token`. */
export function engineOptions(command: Command): Command {
  return command
    .option('--url <address>', 'where the engine is', DEFAULT_URL)
    .option('--token <secret>', 'what the engine wants to be shown; default: VOXGRAPH_ADMIN_TOKEN, else VOXGRAPH_TOKEN');
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
