import { describe, expect, test } from 'vitest';
import type { JsonNode, JsonObject } from '../../src/graph/json-tree.js';
import { parseJson } from '../../src/graph/parse.js';
import { childPath, createPlaces } from '../../src/graph/places.js';

const faults = (text: string) =>
  parseJson(text, 'f').problems.map(
    ({ message, place }) => `${place!.line}:${place!.column} ${message.replace('JSON syntax: ', '')}`,
  );

const member = (node: JsonNode | undefined, key: string) => (node as JsonObject).members.get(key)!;

describe('places', () => {
  test('lines end with LF, CRLF or CR; columns count from 1', () => {
    const places = createPlaces('a\nbc\r\nd\re', 'f');
    const at = (offset: number) => [places.at(offset).line, places.at(offset).column];
    expect([0, 1, 2, 3, 6, 8].map(at)).toEqual([
      [1, 1],
      [1, 2],
      [2, 1],
      [2, 2],
      [3, 1],
      [4, 1],
    ]);
    expect(at(99)).toEqual([4, 2]);
    expect(at(-1)).toEqual([1, 1]);
  });

  test('paths quote odd keys', () => {
    expect(childPath(childPath(childPath('', 'nodes'), 'a b'), 3)).toBe('nodes["a b"][3]');
    expect(childPath('nodes', 'duck')).toBe('nodes.duck');
  });
});

describe('parseJson', () => {
  test('keys and values know their places, behind a mark, comments and trailing commas', () => {
    const { tree, problems } = parseJson('\ufeff// hi\n{ "a": /* x */ [1, { "b": null, },], }', 'f');
    expect(problems).toEqual([]);
    const a = member(tree, 'a');
    expect(a.where).toEqual({ path: 'a', place: { file: 'f', line: 2, column: 3 } });
    expect(a.value.where.place).toMatchObject({ line: 2, column: 16 });
    const items = a.value.kind === 'array' ? a.value.items : [];
    expect(items).toHaveLength(2);
    expect(member(items[1], 'b').where).toEqual({ path: 'a[1].b', place: { file: 'f', line: 2, column: 22 } });
  });

  test('the first line behind a byte-order mark counts from 1', () => {
    expect(parseJson('\ufeff{}', 'f').tree?.where.place).toEqual({ file: 'f', line: 1, column: 1 });
  });

  test('scalars keep their values', () => {
    const { tree } = parseJson('["a\\n\\u00e9", -1.5e3, true, false, null]', 'f');
    expect(tree?.kind === 'array' && tree.items.map((item) => item.kind === 'scalar' && item.value)).toEqual([
      'a\né',
      -1500,
      true,
      false,
      null,
    ]);
  });

  test('duplicate keys are all found, and the last one counts', () => {
    const { tree, problems } = parseJson('{ "a": 1, "a": 2, "b": { "c": 1, "c": 2 } }', 'f');
    expect(problems.map(({ code, place }) => [code, place?.column])).toEqual([
      ['DUPLICATE_KEY', 11],
      ['DUPLICATE_KEY', 34],
    ]);
    const { value } = member(tree, 'a');
    expect(value.kind === 'scalar' && value.value).toBe(2);
  });

  test.each([
    ['', ['1:1 the file is empty']],
    ['{', ['1:1 this "{" is never closed']],
    ['{"a": [1, {"b": 2', ['1:11 this "{" is never closed']],
    ['{} {}', ['1:4 "{" stands after the end of the graph']],
    ['{"a" 1}', ['1:5 ":" is expected after "a"']],
    ['{"a": }', ['1:7 the value of "a" is missing']],
    ['{"a": 1 "b": 2}', ['1:8 a comma is missing here']],
    ['{"a": 1,, "b": 2}', ['1:9 a comma too many']],
    ['{a: 1}', ['1:2 a name needs double quotes: "a"']],
    ["{'a': 1}", ['1:2 a name needs double quotes: "a"']],
    ['{1: 2}', ['1:2 a name needs double quotes: "1"']],
    ['{"a": \'b\'}', ['1:7 strings are written in double quotes']],
    ['{"a": True}', ['1:7 "True" is written true, in lower case']],
    ['{"a": None}', ['1:7 "None" is no JSON; leave the key out, or write null']],
    ['{"a": .5}', ['1:7 .5 is not a JSON number']],
    ['{"a": +1}', ['1:7 +1 is not a JSON number']],
    ['{"a": 01}', ['1:7 01 is not a JSON number']],
    ['{"a": 1.}', ['1:7 this number is not finished']],
    ['{"a": 1e999}', ['1:7 this number is too large']],
    ['{"a": hello}', ['1:7 "hello" is no JSON value; a string needs double quotes']],
    ['[1: 2]', ['1:3 ":" cannot stand in an array; write the pair in braces']],
    ['{"a": [1}', ['1:9 "]" is expected here, to close the "[" of line 1, not "}"', '1:1 this "{" is never closed']],
    ['{"a": "b\n}', ["1:7 this string is never closed; it ends at the line's end at the latest"]],
    ['{"a": "\\q"}', ['1:7 this string holds an unknown escape; a backslash itself is written \\\\']],
    ['{"a": "\\u12"}', ['1:7 a \\u escape needs four hexadecimal digits']],
    ['{"a": "\t"}', ['1:7 this string holds a control character; write it as an escape such as \\n or \\t']],
    ['{"a": 1 /* }', ['1:9 this comment is never closed', '1:1 this "{" is never closed']],
    ['{"a": "\ufffd"}', ['1:8 this is not UTF-8 text']],
  ])('%j', (text, expected) => {
    expect(faults(text)).toEqual(expected);
    expect(parseJson(text, 'f').tree).toBeUndefined();
  });

  test('several faults are found in one pass', () => {
    expect(faults('{\n "a": tru,\n b: 1,\n "c" 2\n "d": 01\n}')).toEqual([
      '2:7 "tru" is no JSON value; a string needs double quotes',
      '3:2 a name needs double quotes: "b"',
      '4:5 ":" is expected after "c"',
      '4:7 a comma is missing here',
      '5:7 01 is not a JSON number',
    ]);
  });

  test('64 levels are read, a 65th is refused', () => {
    expect(faults('['.repeat(64) + ']'.repeat(64))).toEqual([]);
    expect(faults(`${'['.repeat(65)}${']'.repeat(65)}`)).toEqual(['1:65 nested deeper than 64 levels']);
  });

  test('after 50 faults the rest is left', () => {
    expect(faults(`[${'x,'.repeat(500)}]`)).toHaveLength(50);
  });
});
