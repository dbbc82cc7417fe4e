import ts from 'typescript';
import type { Source } from './sources.js';

const FREE = ['time/', 'console/page/'];

/**
 * Readings of the wall clock that the linter's rules by name cannot tell from harmless ones: `new Date()` and `Date()`
 * without a time. (`new Date(ms)` only formats one.) As `src/<file>:<line> <rule>`.
 */
export function wallClockReads(sources: readonly Source[]): string[] {
  const problems: string[] = [];
  for (const source of sources) {
    if (FREE.some((folder) => source.path.startsWith(folder))) continue;
    const file = ts.createSourceFile(source.path, source.text, ts.ScriptTarget.Latest, false);
    const visit = (node: ts.Node): void => {
      const read =
        (ts.isNewExpression(node) && !node.arguments?.length) || (ts.isCallExpression(node) && node.arguments.length === 0);
      if (read && ts.isIdentifier(node.expression) && node.expression.text === 'Date') {
        const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
        problems.push(`src/${source.path}:${line + 1} reads the wall clock; time comes only from src/time`);
      }
      ts.forEachChild(node, visit);
    };
    visit(file);
  }
  return problems;
}
