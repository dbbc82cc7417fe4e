/**
 * The test kit for authors of nodes: run one node in virtual time, draw its frames, hold it to the contract every node keeps.
 * Needs no test runner of any make.
 * @module voxgraph/testing
 */

export type { AudioInput, AudioScript, ScriptedAudio, ScriptStep } from './audio-script.js';
export { drawMarbles, marbles, type MarbleValues } from './marbles.js';
export { nodeContract, type ContractCase, type NodeContractSettings } from './node-contract.js';
export type { RenderedPicture, TestPicture, VideoInput, VideoStep } from './video-script.js';
export { renderNode } from './render-node.js';
export type {
  BranchInput,
  NodeInput,
  RenderedAudio,
  RenderedEnd,
  RenderedFrame,
  RenderedNode,
  RenderedPlugin,
  RenderNodeSettings,
} from './rendered.js';
export { testPlugin } from './test-plugin.js';
export type { MarbleTest, PluginTest, TestedCommand, TestPluginSettings } from './plugin-test.js';
export type { EventMarbles } from './command-marbles.js';
export { pluginContract, type PluginContractSettings } from './plugin-contract.js';
export { PLUGIN_HISTORY } from './plugin-history.js';
