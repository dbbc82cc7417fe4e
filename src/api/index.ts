/**
 * The HTTP API: OpenAPI from the schemas that check it, and a feed of everything that happens.
 * @module
 */
export { apiPart, type ApiOptions } from './server.js';
export type { ApiHost, RunningGraph } from './api-host.js';
export { API_BASE } from './api-base.js';
export { openApiDocument } from './openapi.js';
export { ROUTES } from './routes/index.js';
