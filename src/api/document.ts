/**
 * The API as a document, without the server.
 * @module
 */
export { API_BASE } from './api-base.js';
export { openApiDocument } from './openapi.js';
export { ROUTES } from './routes/index.js';
export { voxgraphVersion } from '../plugins/running-copy.js';
