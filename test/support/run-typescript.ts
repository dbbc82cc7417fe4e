import { spawn } from 'node:child_process';

/** Lets Node find `x.ts` where TypeScript source says `x.js`; the types themselves it strips on its own. */
const HOOK = `import { registerHooks } from 'node:module';
registerHooks({ resolve(specifier, context, next) {
  try { return next(specifier, context); } catch (error) {
    if (!/^\\..*\\.js$/.test(specifier)) throw error;
    return next(specifier.slice(0, -3) + '.ts', context);
  }
} });`;

/** How a child process ended. */
export interface ChildResult {
  /** Exit code; null when a signal ended it. */
  readonly code: number | null;
  /** The signal that ended it, such as SIGSEGV for a crash in native code. */
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Node's arguments that run a TypeScript file. */
export function typeScriptArgs(file: string): string[] {
  return ['--no-warnings', '--import', `data:text/javascript,${encodeURIComponent(HOOK)}`, file];
}

/** Runs a TypeScript file in a Node process of its own, and kills it after `limitMs`. */
export function runTypeScript(file: string, args: readonly string[], limitMs: number): Promise<ChildResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--expose-gc', ...typeScriptArgs(file), ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: limitMs,
      killSignal: 'SIGKILL',
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}
