import { posix } from 'node:path';
import ts from 'typescript';
import type { Source } from './sources.js';

/** The layers of src, lowest first. A file imports from its own layer and from those before it. */
export const LAYERS = [
  'errors',
  'media',
  'time',
  'graph',
  'nodes',
  'machines',
  'calls',
  'host',
  'events',
  'plugins',
  'engine',
  'api',
  'console',
  'cli',
] as const;

/** Packages that one folder keeps to itself, so that a change of theirs is a change of one folder. */
const KEPT: readonly { readonly packages: RegExp; readonly name: string; readonly folder: string }[] = [
  { packages: /^(node-av|@seydx\/node-av)/, name: 'node-av', folder: 'media/av/' },
  { packages: /^werift/, name: 'werift', folder: 'calls/webrtc/' },
  { packages: /^telegram(\/|$)/, name: 'telegram', folder: 'calls/telegram/' },
];

/** One import, whichever way it is written. */
export interface Import {
  /** What is imported, as written. */
  readonly specifier: string;
  /** Line in the file, from 1. */
  readonly line: number;
}

/** Every import of a file: static, type-only, re-export, dynamic, `import('…')` in a type, `require`, `import x = require`. */
export function importsOf(source: Source): Import[] {
  const file = ts.createSourceFile(source.path, source.text, ts.ScriptTarget.Latest, false);
  const found: Import[] = [];
  const add = (node: ts.Node | undefined): void => {
    if (!node || !ts.isStringLiteralLike(node)) return;
    found.push({ specifier: node.text, line: file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1 });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) add(node.moduleSpecifier);
    else if (ts.isExternalModuleReference(node)) add(node.expression);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal);
    else if (ts.isCallExpression(node)) {
      const called = node.expression;
      if (called.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(called) && called.text === 'require'))
        add(node.arguments[0]);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** The layer of a path inside src: its folder, or its name if it lies directly in src. */
function layerOf(path: string): string {
  const slash = path.indexOf('/');
  return slash === -1 ? path.replace(/\.[cm]?[jt]s$/, '') : path.slice(0, slash);
}

/** The layer an import leads to; undefined for a package. */
function targetLayer(from: string, specifier: string): string | undefined {
  if (specifier === 'voxgraph') return 'index';
  if (specifier === 'voxgraph/testing') return 'testing';
  if (!specifier.startsWith('.')) return undefined;
  const path = posix.join(posix.dirname(from), specifier);
  // Out of src, such as ../package.json: no layer of it.
  return path.startsWith('../') ? undefined : layerOf(path);
}

/** The rule that an import from one layer to another breaks, or undefined. */
function brokenRule(from: string, to: string): string | undefined {
  if (from === to || from === 'index') return undefined;
  if (to === 'testing') return 'nothing in src imports testing';
  if (to === 'index') return 'nothing in src imports index, which gathers everything';
  const target = LAYERS.indexOf(to as (typeof LAYERS)[number]);
  if (target === -1) return `"${to}" is no layer; add it to LAYERS in test/structure/layers.ts`;
  if (from === 'testing') return to === 'console' || to === 'cli' ? 'testing imports neither console nor cli' : undefined;
  return target > LAYERS.indexOf(from as (typeof LAYERS)[number])
    ? `imports point only to earlier layers (${LAYERS.join(' → ')})`
    : undefined;
}

/** Every broken import rule, as `src/<file>:<line> imports "<what>": <rule>`. */
export function checkImports(sources: readonly Source[]): string[] {
  const problems: string[] = [];
  for (const source of sources) {
    const from = layerOf(source.path);
    if (from !== 'index' && from !== 'testing' && !(LAYERS as readonly string[]).includes(from)) {
      problems.push(`src/${source.path}:1 is in no known layer; add "${from}" to LAYERS in test/structure/layers.ts`);
      continue;
    }
    for (const { specifier, line } of importsOf(source)) {
      const report = (rule: string): void => {
        problems.push(`src/${source.path}:${line} imports "${specifier}": ${rule}`);
      };
      const to = targetLayer(source.path, specifier);
      // The composition root puts the API into the server; nothing else below knows it.
      const root = source.path === 'engine.ts' && to === 'api';
      const rule = to === undefined || root ? undefined : brokenRule(from, to);
      if (rule) report(rule);
      for (const kept of KEPT) {
        if (kept.packages.test(specifier) && !source.path.startsWith(kept.folder))
          report(`only src/${kept.folder} imports ${kept.name}`);
      }
    }
  }
  return problems;
}
