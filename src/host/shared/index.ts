export { GraphSharing } from './graph.js';
export { SharedPool } from './pool.js';
