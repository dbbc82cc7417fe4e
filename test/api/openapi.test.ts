import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { API_BASE, openApiDocument, ROUTES } from '../../src/api/index.js';

type Schema = { readonly [key: string]: unknown };
interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<Record<string, { readonly content: Readonly<Record<string, { readonly schema: Schema }>> }>>;
}
const document = openApiDocument(ROUTES, API_BASE, '1.2.3') as {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
};
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
);

describe('the OpenAPI document', () => {
  it('is of version 3.1, and holds every route once', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(operations).toHaveLength(ROUTES.length);
    expect(new Set(operations.map(({ operation }) => operation.operationId)).size).toBe(ROUTES.length);
  });

  it('declares what stands in its paths', () => {
    for (const { path, operation } of operations) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const declared = (operation.parameters ?? []).filter((one) => one.in === 'path').map(({ name }) => name);
      expect(declared, path).toEqual(inPath);
    }
  });

  it('refers to nothing that is missing, and its schemas are valid JSON Schema', () => {
    const names = new Set(Object.keys(document.components.schemas));
    for (const [, name] of JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g))
      expect(names).toContain(name);
    expect(JSON.stringify(document)).not.toMatch(/#\/\$defs\/|__schema/);
    const ajv = new Ajv2020({ strict: false });
    ajv.addSchema(document, 'api');
    for (const name of names) expect(() => ajv.getSchema(`api#/components/schemas/${name}`)).not.toThrow();
  });

  it('says of every operation what it answers, and what it may be refused with', () => {
    for (const { operation } of operations) {
      expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['200', '401', '403', '429']));
      const { schema } = Object.values(operation.responses['200']!.content)[0]!;
      expect(Object.keys(schema), operation.operationId).not.toEqual([]);
    }
  });
});
