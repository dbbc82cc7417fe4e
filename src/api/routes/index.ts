import type { Route } from '../route.js';
import { aboutRoutes } from './about.js';
import { callRoutes } from './calls.js';
import { feedRoutes } from './feed.js';
import { graphRoutes } from './graphs.js';
import { machineRoutes } from './machines.js';
import { nodeTypeRoutes } from './node-types.js';

/** Every route of the API. */
export const ROUTES: readonly Route[] = [
  ...aboutRoutes(() => ROUTES),
  ...feedRoutes,
  ...graphRoutes,
  ...callRoutes,
  ...machineRoutes,
  ...nodeTypeRoutes,
];
