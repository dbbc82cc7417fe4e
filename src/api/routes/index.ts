import type { Route } from '../route.js';
import { aboutRoutes } from './about.js';
import { callRoutes } from './calls.js';
import { commandRoutes } from './commands.js';
import { feedRoutes } from './feed.js';
import { graphRoutes } from './graphs.js';
import { machineRoutes } from './machines.js';
import { nodeTypeRoutes } from './node-types.js';
import { nodeRoutes } from './nodes.js';
import { playerRoutes } from './players.js';
import { pluginRoutes } from './plugins.js';
import { sourceRoutes } from './source.js';
import { wireRoutes } from './wires.js';

/** Every route of the API. */
export const ROUTES: readonly Route[] = [
  ...aboutRoutes(() => ROUTES),
  ...feedRoutes,
  ...commandRoutes,
  ...graphRoutes,
  ...nodeRoutes,
  ...sourceRoutes,
  ...wireRoutes,
  ...callRoutes,
  ...playerRoutes,
  ...pluginRoutes,
  ...machineRoutes,
  ...nodeTypeRoutes,
];
