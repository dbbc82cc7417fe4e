// docs/api.md from the OpenAPI document and the routes' own examples.

import { table } from './markdown-table.mjs';

/** A cell of a table. */
function cell(text) {
  return text.replace(/\|/g, '\\|').replace(/</g, '&lt;').replace(/\n/g, ' ');
}

/** What a schema takes, in words. */
function takes(schema) {
  if (schema.$ref) {
    const name = schema.$ref.split('/').at(-1);
    return `[${name}](#${name.toLowerCase()})`;
  }
  if (schema.enum) return schema.enum.map((value) => `\`${JSON.stringify(value)}\``).join(', ');
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return [...new Set(choices.map((one) => takes(one)))].join(' or ');
  if (schema.type === 'array') return `list of ${takes(schema.items ?? {})}`;
  if (schema.type === 'object' && typeof schema.additionalProperties === 'object' && !schema.properties)
    return `object of ${takes(schema.additionalProperties)}`;
  return schema.type ?? 'any JSON';
}

function fields(schema, prefix = '') {
  const required = new Set(schema.required ?? []);
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const path = `${prefix}${name}`;
    const row = [`\`${path}\``, takes(field), required.has(name) ? 'yes' : '', cell(field.description ?? '')];
    const inner = field.type === 'object' && field.properties ? fields(field, `${path}.`) : [];
    return [row, ...inner];
  });
}

function curl({ method, path, example }, base) {
  if (example === false) return [];
  const address = `http://127.0.0.1:8765${base}${example?.path ?? path}`;
  if (address.includes('{')) return [];
  const body = example?.body;
  const parts = [
    'curl',
    ...(method === 'GET' ? [] : [`-X ${method}`]),
    address.includes('?') ? `'${address}'` : address,
    ...(body === undefined ? [] : ["-H 'content-type: application/json'", `-d '${JSON.stringify(body)}'`]),
  ];
  return ['', '```sh', parts.join(' '), '```'];
}

function operationLines(operation, { method, path }, route, base) {
  const { summary, description, parameters = [], requestBody, responses } = operation;
  const inputs = parameters.map((one) => [
    `\`${one.name}\``,
    one.in,
    takes(one.schema),
    one.required ? 'yes' : '',
    cell(one.description ?? ''),
  ]);
  const body = requestBody?.content['application/json'].schema;
  const [media, answer] = Object.entries(responses['200'].content)[0];
  const refusals = Object.entries(responses)
    .filter(([status]) => Number(status) >= 400)
    .flatMap(([, { description: text }]) => [...text.matchAll(/`([A-Z_]+)`/g)].map(([, code]) => code))
    .filter(
      (code) =>
        ![
          'BAD_REQUEST',
          'FOREIGN_HOST',
          'TOO_MANY_REQUESTS',
          'TOKEN_WRONG',
          'INPUT_WRONG',
          'NOT_JSON',
          'BODY_TOO_LARGE',
          'ADMIN_TOKEN_NEEDED',
        ].includes(code),
    );
  return [
    '',
    `### ${method} ${path}`,
    '',
    `${summary}.${operation['x-steers'] ? ' For those who may steer.' : ''}`,
    ...(description ? ['', description] : []),
    ...table(['Parameter', 'In', 'Takes', 'Required', 'What it is'], inputs),
    ...(body
      ? body.properties
        ? table(['Body', 'Takes', 'Required', 'What it is'], fields(body))
        : ['', `Body: ${takes(body)}.`]
      : []),
    '',
    media === 'application/json' ? `Answers with ${answerText(answer.schema)}.` : `Answers with \`${media}\`.`,
    ...(refusals.length > 0 ? ['', `May be refused with ${refusals.map((code) => `\`${code}\``).join(', ')}.`] : []),
    ...curl(route, base),
  ];
}

function answerText(schema) {
  if (schema.$ref || !schema.properties) return takes(schema);
  const inner = Object.entries(schema.properties).map(([name, field]) => `\`${name}\`: ${takes(field)}`);
  return `\`{\` ${inner.join(', ')} \`}\``;
}

/** The page. */
export function apiPage({ ROUTES, API_BASE, openApiDocument }, intro) {
  const document = openApiDocument(ROUTES, API_BASE, '0.0.0');
  const components = document.components.schemas;
  const lines = [intro.trim()];
  for (const { name: tag } of document.tags) {
    lines.push('', `## ${tag}`);
    for (const route of ROUTES.filter((one) => one.tag === tag)) {
      const path = `${API_BASE}${route.path}`;
      const operation = document.paths[path][route.method.toLowerCase()];
      lines.push(...operationLines(operation, { method: route.method, path }, route, API_BASE));
    }
  }
  lines.push('', '## Schemas');
  for (const [name, schema] of Object.entries(components).sort(([a], [b]) => (a < b ? -1 : 1))) {
    lines.push('', `### ${name}`);
    if (schema.description) lines.push('', schema.description);
    const rows = fields(schema);
    if (rows.length > 0) lines.push(...table(['Field', 'Takes', 'Always there', 'What it is'], rows));
    else if (schema.anyOf) {
      const commands = schema.anyOf.map((one) => [
        one.properties?.type?.const ? `\`${one.properties.type.const}\`` : takes(one),
        Object.entries(one.properties ?? {})
          .filter(([field]) => field !== 'type')
          .map(([field, inner]) => `\`${field}\` ${takes(inner)}${(one.required ?? []).includes(field) ? ', required' : ''}`)
          .join('; '),
        cell(one.description ?? ''),
      ]);
      lines.push(...table(['One of', 'Carries', 'What it does'], commands));
    }
  }
  return `${lines.join('\n')}\n`;
}
