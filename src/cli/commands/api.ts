import type { Command } from 'commander';
import { finish, type CliIo } from '../io.js';

/** Prints the OpenAPI document of the HTTP API, or its routes. Exit code 0. */
export async function apiCommand(args: { readonly openapi?: boolean }, io: CliIo): Promise<number> {
  // Loaded here: nothing else that starts needs them.
  const { API_BASE, openApiDocument, ROUTES, voxgraphVersion } = await import('../../api/document.js');
  if (args.openapi) {
    io.stdout(`${JSON.stringify(openApiDocument(ROUTES, API_BASE, voxgraphVersion()), null, 2)}\n`);
    return 0;
  }
  const width = Math.max(...ROUTES.map(({ path }) => path.length)) + API_BASE.length;
  for (const { method, path, summary } of ROUTES)
    io.stdout(`${method.padEnd(5)} ${`${API_BASE}${path}`.padEnd(width)}  ${summary}\n`);
  return 0;
}

/** Adds `api` to the program. */
export function register(program: Command, io: CliIo): void {
  program
    .command('api')
    .summary('list what the HTTP API can do, or print its OpenAPI document')
    .description('Lists the routes of the HTTP API that "voxgraph run" serves, or prints them as OpenAPI 3.1.')
    .option('--openapi', 'the OpenAPI document, for client generators')
    .addHelpText('after', '\nExamples:\n  voxgraph api\n  voxgraph api --openapi > openapi.json\n')
    .action((options: { readonly openapi?: boolean }) => finish(apiCommand(options, io)));
}
