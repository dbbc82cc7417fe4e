import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Command, CommanderError } from 'commander';
import ts from 'typescript';
import { afterAll, describe, expect, it } from 'vitest';
import { createProgram } from '../../src/cli/program.js';
import { testFileSchema } from '../../src/engine/graph-test/test-file.js';
import { formatProblem } from '../../src/errors.js';
import { checkGraphText } from '../../src/graph/load.js';
import { parseJson } from '../../src/graph/parse.js';
import { createRegistry } from '../../src/graph/registry.js';
import { builtinNodes } from '../../src/nodes/index.js';
import { declarePlugins } from '../../src/plugins/declared.js';
import { createPluginLoader } from '../../src/plugins/loader/plugin-loader.js';
import { blocksOf, page, pages, ROOT, type Block } from './pages.js';

const SHELL = ['sh', 'bash'];
/** Languages whose blocks are looked at below, or have nothing that could be wrong. */
const KNOWN = [...SHELL, 'json', 'jsonc', 'ts', 'ini', 'yaml', 'dockerfile', 'nginx', 'text', 'mermaid', ''];
/** Programs of others, whose arguments are theirs to check. */
const OTHERS = ['cd', 'mkdir', 'export', 'curl', 'docker', 'node', 'git'];
/** Followed line by line by a test of its own. */
const FOLLOWED = ['docs/plugin-guide.md'];

const guides = pages().filter((path) => !path.startsWith('docs/decisions/'));
const blocks = guides.flatMap(blocksOf);
const title = ({ page: path, line }: Block): string => `${path}:${line}`;
const titled = (some: readonly Block[]): (readonly [string, Block])[] => some.map((block) => [title(block), block]);

const work = join(ROOT, 'out', `snippets-${process.pid}`);
mkdirSync(work, { recursive: true });
afterAll(() => rmSync(work, { recursive: true, force: true }));

describe('blocks of code', () => {
  it('are of languages that are checked', () => {
    expect(blocks.filter(({ language }) => !KNOWN.includes(language)).map(title)).toEqual([]);
  });
});

describe('graphs', () => {
  const json = blocks.filter(({ language, page: path }) => language.startsWith('json') && !FOLLOWED.includes(path));
  const whole = (block: Block): boolean => /"version": 1/.test(block.code) && /"nodes": \{/.test(block.code);
  const registry = createRegistry(builtinNodes);
  const loader = createPluginLoader();

  /** What is wrong with a graph that is given as text, as if it lay beside the shipped ones. */
  async function problemsOf(text: string): Promise<string[]> {
    const file = join(ROOT, 'graphs/shown.json');
    const { check } = await declarePlugins(file, ROOT, { registry, installed: [], loader, text });
    return checkGraphText(text, file, { ...check, cwd: ROOT, file }).problems.map((problem) => formatProblem(problem));
  }

  it.each(titled(json.filter(whole)))('%s is one that the planner takes', async (_, { code }) => {
    expect(await problemsOf(code)).toEqual([]);
  });

  it('with a mistake is found out', async () => {
    expect(await problemsOf('{ "version": 1, "nodes": { "a": { "type": "source.tome" } } }')).not.toEqual([]);
  });

  it.each(titled(json.filter((block) => !whole(block))))('%s is a part of one', (_, { code }) => {
    // What is left out is shown as dots.
    const text = code.trimStart().startsWith('{') ? code : `{${code.replace(/,?\s*…[\s\S]*$/, '')}`;
    const open = [...text.replace(/"(?:[^"\\]|\\.)*"/g, '')].reduce((sum, c) => sum + (c === '{' ? 1 : c === '}' ? -1 : 0), 0);
    const { problems } = parseJson(text + '}'.repeat(Math.max(0, open)), 'part.json');
    const lines = code.trim().split('\n');
    const fine = problems.length === 0 || lines.every((line) => parseJson(line, 'line.json').problems.length === 0);
    expect(fine, problems.map((problem) => formatProblem(problem)).join('\n')).toBe(true);
  });

  it.each(titled(json.filter(({ code }) => /"durationSec"/.test(code) && /"expect"/.test(code))))(
    '%s is a test',
    (_, { code }) => {
      expect(testFileSchema.safeParse(JSON.parse(code)).error?.issues ?? []).toEqual([]);
    },
  );
});

describe('commands', () => {
  const scripts = Object.keys((JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: object }).scripts);
  const metrics = readFileSync(join(ROOT, 'src/api/metrics.ts'), 'utf8');

  function lines(block: Block): string[] {
    return block.code
      .replace(/\\\n\s*/g, ' ')
      .split('\n')
      .map((line) => line.replace(/^\$ /, '').trim())
      .flatMap((line) => line.replace(/ +#.*$/, '').split(/; | && /))
      .filter((line) => line !== '' && !line.startsWith('#'));
  }

  /** Words of a line: quoted ones as one, without what a shell does not hand on. */
  function words(line: string): string[] {
    const found = [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, single, double, word]) => single ?? double ?? word!);
    const stop = found.findIndex((word) => /^(#|>|\||&&|;)/.test(word));
    return (stop === -1 ? found : found.slice(0, stop)).filter((word) => word !== '…');
  }

  /** What the command line says to its arguments; nothing runs. */
  function refusal(args: readonly string[]): string | undefined {
    const program = createProgram({
      stdout() {},
      stderr() {},
      color: false,
      cwd: ROOT,
    } as unknown as Parameters<typeof createProgram>[0]);
    const deaf = (command: Command): void => {
      command.exitOverride().configureOutput({ writeErr() {}, writeOut() {} });
      if (command.commands.length === 0) command.action(() => {});
      command.commands.forEach(deaf);
    };
    deaf(program);
    try {
      program.parse([...args], { from: 'user' });
      return undefined;
    } catch (error) {
      if (!(error instanceof CommanderError)) return String(error);
      return error.exitCode === 0 ? undefined : error.message;
    }
  }

  function problemOf(line: string): string | undefined {
    const all = words(line);
    while (/^[A-Z_]+=/.test(all[0] ?? '')) all.shift();
    const [program = '', ...args] = all;
    if (program === '') return undefined;
    if (program === 'voxgraph') return refusal(args);
    if (program === 'npx' && args[0] === 'voxgraph') return refusal(args.slice(1));
    if (program === 'node' && args[0] === 'bin/voxgraph.js') return refusal(args.slice(1));
    if (program === 'npm') {
      const [name = '', script = ''] = args;
      const needed = name === 'run' ? script : ['start', 'test'].includes(name) ? name : undefined;
      if (needed !== undefined && !scripts.includes(needed)) return `there is no script "${needed}"`;
      return ['run', 'start', 'test', 'install', 'ci', 'pack', 'link'].includes(name) ? undefined : `npm ${name}`;
    }
    return OTHERS.includes(program) ? undefined : `"${program}" is not known to this test`;
  }

  it.each(titled(blocks.filter(({ language, page: path }) => SHELL.includes(language) && !FOLLOWED.includes(path))))(
    '%s are taken by the command line',
    (_, block) => {
      const wrong = lines(block).flatMap((line) => {
        const found = problemOf(line);
        return found === undefined ? [] : [`${line}: ${found}`];
      });
      expect(wrong).toEqual([]);
    },
  );

  it.each(guides)('in the text and in indented lines of %s are', (path) => {
    const text = page(path).replace(/^( *)```\w*\n[\s\S]*?^\1```/gm, '');
    const inline = [...text.matchAll(/`((?:[A-Z_]+=\S+ )?(?:npx )?voxgraph [a-z][^`\n]*)`/g)].map(([, line]) => line!);
    const indented = [...text.matchAll(/^ {4}((?:[A-Z_]+=\S+ )?voxgraph .+)$/gm)].map(([, line]) => line!);
    // The text may name a command and leave out what it is given.
    const wrong = [...inline, ...indented]
      .map((line) => line.replace(/ …$/, ''))
      .flatMap((line) => {
        const found = problemOf(line.replace(/\\\|/g, '|'));
        return found === undefined || /missing required argument|required option/.test(found) ? [] : [`${line}: ${found}`];
      });
    expect(wrong).toEqual([]);
  });

  it('with an option that there is not are found out', () => {
    expect(problemOf('voxgraph run a.json --prot 80')).toContain('--prot');
    expect(problemOf('voxgraph runn a.json')).toContain('runn');
  });

  it.each(titled(blocks.filter(({ language }) => ['ini', 'dockerfile'].includes(language))))(
    '%s starts voxgraph as it can be started',
    (_, { code }) => {
      const unit = /^ExecStart=\S*\/(voxgraph .+)$/m.exec(code)?.[1];
      const container = /^CMD (\[.+\])$/m.exec(code)?.[1];
      const args = unit !== undefined ? words(unit) : (JSON.parse(container!) as string[]);
      expect(args[0]).toBe('voxgraph');
      expect(refusal(args.slice(1))).toBeUndefined();
      for (const name of args.filter((word) => word.startsWith('graphs/'))) expect(page(name)).toContain('"nodes"');
    },
  );

  it('and metrics that are named are there', () => {
    const dashboards = readdirSync(join(ROOT, 'docs/examples/operate')).map((name) => `docs/examples/operate/${name}`);
    for (const name of dashboards) JSON.parse(page(name));
    const named = [...guides, ...dashboards].flatMap((path) => page(path).match(/\bvoxgraph_[a-z_]+/g) ?? []);
    expect(new Set(named).size).toBeGreaterThan(8);
    expect([...new Set(named)].filter((name) => !metrics.includes(`'${name}'`))).toEqual([]);
  });
});

describe('TypeScript', () => {
  const modules = blocks.filter(
    ({ language, code, page: path }) => language === 'ts' && !FOLLOWED.includes(path) && /^import /m.test(code),
  );
  const whole = (block: Block): boolean => !/…/.test(block.code);

  it('compiles against what the package exports', { timeout: 120_000 }, () => {
    const files = modules.filter(whole).map((block, i) => {
      const path = join(work, `${i}-${block.page.replace(/\W+/g, '-')}-${block.line}.ts`);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, block.code);
      return path;
    });
    expect(files.length).toBeGreaterThan(6);
    const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), (path) => ts.sys.readFile(path));
    const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
    const program = ts.createProgram(files, {
      ...options,
      noEmit: true,
      rootDir: ROOT,
      declaration: false,
      sourceMap: false,
      noUnusedLocals: false,
      lib: ['lib.es2024.d.ts', 'lib.esnext.disposable.d.ts', 'lib.dom.d.ts'],
      paths: {
        voxgraph: [join(ROOT, 'src/index.ts')],
        'voxgraph/testing': [join(ROOT, 'src/testing/index.ts')],
      },
    });
    const wrong = files.flatMap((file) => {
      const source = program.getSourceFile(file)!;
      return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
        ({ messageText }) => `${file.slice(work.length)}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
      );
    });
    expect(wrong).toEqual([]);
  });

  it.each(titled(blocks.filter(({ language }) => language === 'ts')))('%s has no mistake of syntax', (_, { code }) => {
    const { diagnostics = [] } = ts.transpileModule(code.replace(/…/g, ''), {
      reportDiagnostics: true,
      compilerOptions: { target: ts.ScriptTarget.ES2023 },
    });
    expect(diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([]);
  });
});
