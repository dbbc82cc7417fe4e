/** Requests to the API, with the token that the address holds. */
import { token } from '../app/address.js';

/** What the server said against a request. */
export class ApiError extends Error {
  readonly code: string;
  readonly status: number;
  readonly fix: string | undefined;
  /** The whole error. */
  readonly detail: Readonly<Record<string, unknown>>;

  constructor(status: number, error: { code?: string; message?: string; fix?: string }) {
    super(error.message ?? `The server answered ${status}.`);
    this.status = status;
    this.code = error.code ?? 'HTTP';
    this.fix = error.fix;
    this.detail = error;
  }
}

const BASE = '/api/v1';

/** Headers that open the server. */
export function authorization(): Record<string, string> {
  return token ? { authorization: `Bearer ${token}` } : {};
}

/** Asks, and gives the answer's body. Throws an ApiError, also when the server is away. */
export async function ask<T>(path: string, how: { method?: string; body?: unknown; signal?: AbortSignal } = {}): Promise<T> {
  const response = await request(path, how);
  if (response.status === 204) return undefined as T;
  const type = response.headers.get('content-type') ?? '';
  return (type.includes('json') ? await response.json() : await response.text()) as T;
}

/** Asks, and gives the answer as it comes. */
export async function request(
  path: string,
  { method = 'GET', body, signal }: { method?: string; body?: unknown; signal?: AbortSignal } = {},
): Promise<Response> {
  const headers = { ...authorization(), ...(body !== undefined && { 'content-type': 'application/json' }) };
  let response: Response;
  try {
    response = await fetch(path.startsWith('/rooms') ? path : BASE + path, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, { code: 'UNREACHABLE', message: 'The server does not answer.' });
  }
  if (response.ok) return response;
  let error = {};
  try {
    error = ((await response.json()) as { error: object }).error;
  } catch {
    // What is no JSON says nothing more than its status.
  }
  throw new ApiError(response.status, error);
}

/** What to tell a person about anything that went wrong. */
export function sentence(error: unknown): string {
  if (error instanceof ApiError) return error.fix ? `${error.message} ${error.fix}` : error.message;
  return error instanceof Error ? error.message : String(error);
}
