import { z } from 'zod';
import { testFileSchema } from './test-file.js';

/** The JSON Schema of `<name>.test.json` files, as text. */
export function testSchemaText(): string {
  const schema = z.toJSONSchema(testFileSchema, { target: 'draft-7', io: 'input' });
  return `${JSON.stringify({ title: 'voxgraph graph test', ...schema }, null, 2)}\n`;
}
