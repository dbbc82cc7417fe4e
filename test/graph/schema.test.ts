import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { optionDocs, optionSchema } from '../../src/graph/option-schema.js';
import { graphSchema, graphSchemaText } from '../../src/graph/schema.js';
import { testRegistry, validGraph } from './support.js';

interface Validate {
  (value: unknown): boolean;
  errors?: { instancePath: string; keyword: string; params: { allowedValues?: string[] } }[] | null;
}

// Fastify's own validator; it stands in for the editor's.
const Ajv = createRequire(createRequire(import.meta.url).resolve('fastify'))('ajv') as {
  new (options: object): { compile(schema: object): Validate };
};
const validate = new Ajv({ strict: false, allErrors: true }).compile(graphSchema(testRegistry));
const valid = (nodes: object, more: object = {}) => validate({ version: 1, nodes, ...more });

describe('graphSchema', () => {
  test('takes what the checker takes', () => {
    expect(validate(validGraph())).toBe(true);
    const sample = readFileSync(fileURLToPath(new URL('../samples/fine-duck/graph.json', import.meta.url)), 'utf8');
    expect(validate(JSON.parse(sample))).toBe(true);
  });

  test('params may stand for every value, at any depth', () => {
    const p = { $param: 'x' };
    const options = { bands: [{ kind: 'peak', hz: p }, p], mode: p, tag: p, mix: { wet: p }, labels: { a: p } };
    expect(valid({ eq: { type: 'effect.equalizer', in: { audio: 'a' }, options } })).toBe(true);
    expect(valid({ eq: { type: 'effect.equalizer', in: { audio: 'a' }, options: { bands: p, mix: p, labels: p } } })).toBe(true);
    expect(valid({ a: { type: 'source.tone', options: { frequencyHz: { $param: 'x', y: 1 } } } })).toBe(false);
  });

  test('answers a misspelt type with the list', () => {
    expect(valid({ a: { type: 'source.tnoe' } })).toBe(false);
    const error = validate.errors!.find(({ keyword }) => keyword === 'enum')!;
    expect(error.instancePath).toBe('/nodes/a/type');
    expect(error.params.allowedValues).toEqual(testRegistry.list().map(({ type }) => type));
  });

  test.each([
    ['an unknown option', { a: { type: 'source.tone', options: { pitch: 3 } } }],
    ['an option out of range', { a: { type: 'source.tone', options: { frequencyHz: 0 } } }],
    ['a missing option', { a: { type: 'source.file', options: {} } }],
    ['missing options', { a: { type: 'source.file' } }],
    ['a missing input', { a: { type: 'effect.gain' } }],
    ['an unknown port', { a: { type: 'sink.null', in: { adio: 'b' } } }],
    ['an input of a source', { a: { type: 'source.tone', in: { audio: 'b' } } }],
    ['two wires for one', { a: { type: 'effect.gain', in: { audio: ['b', 'c'] } } }],
    ['a bad reference', { a: { type: 'effect.gain', in: { audio: 'b.c.d' } } }],
    ['a bad queue', { a: { type: 'effect.gain', in: { audio: { from: 'b', queue: { frames: 0 } } } } }],
    ['a bad name', { 'a b': { type: 'source.tone' } }],
    ['no type', { a: {} }],
  ])('refuses %s', (_, nodes) => {
    expect(valid(nodes)).toBe(false);
  });

  test('refuses other versions and unknown keys', () => {
    expect(validate({ version: 2, nodes: {} })).toBe(false);
    expect(valid({}, { node: {} })).toBe(false);
  });

  test('refuses every sample that is wrong in shape, type, option or port', () => {
    const root = fileURLToPath(new URL('../samples/', import.meta.url));
    const seen = readdirSync(root).filter((kind) =>
      /^(unknown-(type|option|port)|missing-input|too-many-wires|shape-wrong|version-unknown)$/.test(kind),
    );
    expect(seen).toHaveLength(7);
    for (const kind of seen) expect(validate(JSON.parse(readFileSync(`${root}${kind}/graph.json`, 'utf8'))), kind).toBe(false);
  });

  test('is stable and explains options', () => {
    const text = graphSchemaText(testRegistry);
    expect(text).toBe(graphSchemaText(testRegistry));
    expect(text).toContain('Gain in decibels; 0 changes nothing.');
    expect(text).not.toContain('9007199254740991');
  });
});

describe('optionDocs', () => {
  test('says types, ranges and defaults in words', () => {
    const schema = z.strictObject({
      gainDb: z.number().min(-60).max(24).default(0).meta({ description: 'Gain.' }),
      count: z.number().int().min(1),
      rate: z.number().positive().optional(),
      mode: z.enum(['a', 'b', 'c']).default('a'),
      names: z.array(z.string()).max(3).default([]),
      either: z.union([z.literal('off'), z.number()]).default('off'),
      part: z.strictObject({ x: z.number().default(1) }).prefault({}),
    });
    expect(optionDocs(schema).map((o) => `${o.name}: ${o.type} ${o.required ? 'required' : JSON.stringify(o.default)}`)).toEqual([
      'gainDb: number, -60 to 24 0',
      'count: whole number, at least 1 required',
      'rate: number, more than 0 undefined',
      'mode: "a", "b" or "c" "a"',
      'names: list of string (at most 3) []',
      'either: "off" or number "off"',
      'part: object { x } {}',
    ]);
    expect(optionSchema(schema)).not.toHaveProperty('$schema');
  });
});
