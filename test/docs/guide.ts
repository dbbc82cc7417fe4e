import { readFileSync } from 'node:fs';

/** One step of a guide that a test follows. */
export type GuideStep =
  /** A file is written. */
  | { readonly type: 'file'; readonly path: string; readonly text: string }
  /** Commands, each with the lines it is expected to print, among others. */
  | {
      readonly type: 'run' | 'fails' | 'start';
      readonly commands: readonly { readonly line: string; readonly prints: string[] }[];
    }
  /** What was started prints this. */
  | { readonly type: 'until'; readonly prints: string }
  /** What was started is ended by Ctrl-C. */
  | { readonly type: 'stop' };

/**
 * Reads the steps of a page: every `<!-- guide: … -->`, with the block of code behind it. Blocks without one are told as an error, so that
 * nothing on the page goes unverified.
 */
export function readGuide(path: string): GuideStep[] {
  const text = readFileSync(path, 'utf8');
  const steps: GuideStep[] = [];
  const pattern =
    /(?:<!-- guide: (?<what>[^>]+?) -->\s*)?```(?<language>\w*)\n(?<code>[\s\S]*?)```|<!-- guide: (?<mark>stop) -->/g;
  for (const { groups = {} } of text.matchAll(pattern)) {
    const { what, code = '', mark } = groups;
    if (mark) {
      steps.push({ type: 'stop' });
      continue;
    }
    const [type = '', ...rest] = (what ?? '').split(' ');
    if (type === 'file') steps.push({ type, path: rest.join(' '), text: code });
    else if (type === 'until') steps.push({ type, prints: code.trim() });
    else if (type === 'run' || type === 'fails' || type === 'start') steps.push({ type, commands: commandsOf(code) });
    else throw new Error(`${path} has a block that no test follows:\n${code}`);
  }
  return steps;
}

function commandsOf(code: string): { line: string; prints: string[] }[] {
  const commands: { line: string; prints: string[] }[] = [];
  for (const line of code.trimEnd().split('\n')) {
    if (line.startsWith('$ ')) commands.push({ line: line.slice(2), prints: [] });
    else commands.at(-1)!.prints.push(line);
  }
  return commands;
}
