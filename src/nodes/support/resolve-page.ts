import { constants as fsConstants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { VoxError, voxError } from '../../errors.js';
import type { Timer } from '../../media/net/byte-source.js';
import { parseUrl, shownUrl } from '../../media/net/url.js';

/** The media behind a page. */
export interface ResolvedPage {
  /** Where the media itself is. */
  readonly url: string;
  /** Headers its server wants. */
  readonly headers: Readonly<Record<string, string>>;
  /** The page's title; empty when unknown. */
  readonly title: string;
}

/** What a resolution needs. */
export interface ResolveSettings {
  /** Measures the time limit. */
  readonly timer: Timer;
  /** Gives up. */
  readonly signal: AbortSignal;
  /** How long it may take, in milliseconds; default 30 000. */
  readonly limitMs?: number;
}

/** More than any description of one page; what says more is cut off and fails. */
const MOST_BYTES = 16 * 1024 * 1024;

const COMMAND = 'yt-dlp';

/** Whether an address that could not be played may be a page about media, and yt-dlp is there to find out. */
export async function shouldResolve(error: unknown): Promise<boolean> {
  return error instanceof VoxError && error.code === 'URL_NOT_MEDIA' && (await resolverInstalled());
}

async function resolverInstalled(): Promise<boolean> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    if (folder === '') continue;
    const found = await access(join(folder, COMMAND), fsConstants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return true;
  }
  return false;
}

/**
 * Asks yt-dlp for the media behind a page. Only its exit code and its description count: warnings on its standard error are no errors.
 * The address is an argument behind `--`, never seen by a shell.
 *
 * @throws VoxError `URL_INVALID`, `RESOLVER_MISSING`, `RESOLVER_FAILED` with yt-dlp's own words, `STREAM_TIMEOUT`.
 */
export async function resolvePage(src: string, { timer, signal, limitMs = 30_000 }: ResolveSettings): Promise<ResolvedPage> {
  const page = parseUrl(src);
  const name = shownUrl(page);
  signal.throwIfAborted();
  const { code, stdout, stderr } = await run(
    ['-f', 'bestaudio/best', '--no-playlist', '-J', '--', page.href],
    name,
    timer,
    signal,
    limitMs,
  );
  const failed = (reason: string) => voxError('RESOLVER_FAILED', { url: name, reason });
  if (code !== 0) throw failed(failureIn(stderr) ?? `it ended with code ${code}`);
  let found: Description;
  try {
    found = JSON.parse(stdout) as Description;
  } catch {
    throw failed('its description cannot be understood');
  }
  // Several formats mean that sound and pictures come apart: the sound is what is wanted.
  const media = [found, ...(found.requested_formats ?? [])].find(
    ({ url, acodec }) => typeof url === 'string' && acodec !== 'none',
  );
  if (!media?.url || !URL.canParse(media.url)) throw failed('it names no address of sound');
  const headers: Record<string, string> = {};
  for (const [header, value] of Object.entries(media.http_headers ?? found.http_headers ?? {}))
    if (typeof value === 'string' && !/^(accept-encoding|host|range)$/i.test(header)) headers[header.toLowerCase()] = value;
  return { url: media.url, headers, title: typeof found.title === 'string' ? found.title : '' };
}

interface Description {
  readonly url?: string;
  readonly acodec?: string;
  readonly title?: unknown;
  readonly http_headers?: Readonly<Record<string, unknown>>;
  readonly requested_formats?: readonly Description[];
}

/** yt-dlp says why in lines that begin with "ERROR:"; everything else there is progress and advice. */
function failureIn(stderr: string): string | undefined {
  const line = stderr.split('\n').findLast((text) => text.startsWith('ERROR:'));
  return line?.replace(/^ERROR:\s*/, '').replace(/\.?\s*$/, '');
}

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(args: readonly string[], name: string, timer: Timer, signal: AbortSignal, limitMs: number): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const { spawn } = process.getBuiltinModule('node:child_process');
    const child = spawn(COMMAND, args, { stdio: ['ignore', 'pipe', 'pipe'], shell: false, windowsHide: true });
    const out: Buffer[] = [];
    let bytes = 0;
    let stderr = '';
    const kill = () => void child.kill('SIGKILL');
    const cancel = timer(limitMs, () => {
      kill();
      reject(voxError('STREAM_TIMEOUT', { src: name, seconds: limitMs / 1000, step: 'yt-dlp looked for its media' }));
    });
    const aborted = () => {
      kill();
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', aborted, { once: true });
    const done = () => {
      cancel();
      signal.removeEventListener('abort', aborted);
    };
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MOST_BYTES) kill();
      else out.push(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString()).slice(-64_000)));
    child.on('error', (error: NodeJS.ErrnoException) => {
      done();
      reject(
        error.code === 'ENOENT'
          ? voxError('RESOLVER_MISSING', { url: name })
          : voxError('RESOLVER_FAILED', { url: name, reason: error.message }),
      );
    });
    child.on('close', (code) => {
      done();
      resolve({ code, stdout: Buffer.concat(out).toString(), stderr });
    });
  });
}
