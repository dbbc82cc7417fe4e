/**
 * voxgraph as a library: engines that run graphs, graph files, node declarations, frames, time, machines and errors.
 * @module voxgraph
 */
export { createEngine } from './engine.js';
export * from './engine/api.js';
export * from './events/event.js';
export * from './events/command.js';
export { jsonFault, type Json, type JsonObject } from './events/json.js';
export { EMPTY_STATE, reduce, type CallState, type EngineState, type GraphState, type PluginState } from './events/state.js';
export type { InspectMachine } from './machines/machine-log.js';
export type { Playback } from './engine/playback.js';
export type { PlayedTrack, PlayerStatus } from './engine/player-track.js';
export type { Player, PlayerKind } from './engine/players.js';
export type { QueueState } from './nodes/support/queue-state.js';
export * from './errors.js';
export * from './media/format.js';
export * from './media/coded-sound.js';
export * from './media/frame.js';
export * from './media/packet.js';
export * from './media/video-frame.js';
export * from './media/gateway.js';
export * from './media/gateway-video.js';
export {
  openAudioFile,
  type AudioFileOptions,
  type AudioOutcome,
  type AudioReader,
  type RemoteControl,
} from './media/av/audio-reader.js';
export { scanLoudness, type FileLoudness, type LoudnessScanOptions } from './media/av/loudness-scan.js';
export { openAudioFileWriter, type AudioWriter, type AudioWriterOptions } from './media/av/audio-writer.js';
export type { MediaInfo } from './media/av/media-info.js';
export * from './time/index.js';
export * from './graph/ports.js';
export * from './graph/context.js';
export { containEscapes } from './graph/run/escapes.js';
export * from './graph/permissions.js';
export * from './graph/define-node.js';
export { createRegistry, type Registry } from './graph/registry.js';
export * from './graph/audio-operators.js';
export * from './graph/video-operators.js';
export * from './graph/join-ticks.js';
export * from './graph/plan-types.js';
export * from './graph/load.js';
export {
  MAX_QUEUE_FRAMES,
  type GraphFile,
  type NodeSpecJson,
  type WireSpec,
  type ParamSpec,
  type ParamValue,
  type PluginSpecJson,
  type GroupSpec,
} from './graph/file.js';
export { describeDiff, diffPlans, type OptionChange, type PlanDiff, type Rebuild } from './graph/diff.js';
export type { ChangeSettings } from './graph/run/change-settings.js';
export type { GraphEndReason, GraphEvent, GraphStats, NodeStats } from './graph/run/graph-events.js';
export type { NodeState } from './graph/run/node-run.js';
export type { WorkStats } from './graph/run/work-time.js';
export type { QueueStats } from './graph/run/queue.js';
export * from './host/messages.js';
export type { MediaHost } from './host/media-host.js';
export { InProcessHost, type InProcessHostOptions } from './host/in-process.js';
export type { CallEvent as CallMediaEvent, CallMedia, CallMediaFactory, CallRequest } from './calls/call-media.js';
export type { RoomServer, RoomServerOptions } from './calls/room/index.js';
export { ofType } from './events/of-type.js';
export * from './plugins/define-plugin.js';
export * from './plugins/plugin-types.js';
export * from './graph/plugin-media.js';
export type { ActivePlugin, ActivePlugins, PluginMeter, PluginStats, StagePlace } from './graph/active-plugins.js';
export { reduceAll, type ReduceFault } from './plugins/reduce.js';
export { checkCommand } from './events/check-command.js';
export type { LoadedPlugin, PluginLoader, PluginRequest } from './plugins/loader-types.js';
export type { DeclaredPlugins } from './plugins/declared.js';
export type { JsonSchema, OptionDoc } from './graph/option-schema.js';
export { describePlugin, type PluginDeclaration, type PluginInfo } from './plugins/plugin-info.js';
export { DEFAULT_PLUGIN_LIMITS, type PluginLimits } from './plugins/services.js';
export { memoryStorage, type PluginStorage, type StorageBackend } from './plugins/storage.js';
export { sqliteStorage, type SqliteStorage, type SqliteStorageOptions } from './plugins/sqlite/sqlite-storage.js';
export { logEvents, type LogEventsOptions } from './engine/log-events.js';
export { canonicalJson, stateHash } from './events/journal/state-hash.js';
export { replay, type Replayed, type ReplayOptions } from './plugins/replay.js';
export { defineConfig, type ConfigPlugin, type VoxgraphConfig } from './plugins/config/config-schema.js';
export { loadConfig, type LoadConfigOptions, type LoadedConfig } from './plugins/config/load-config.js';
export { createPluginLoader, type PluginLoaderOptions } from './plugins/loader/plugin-loader.js';
export { builtinNodes } from './nodes/index.js';
export { pushChannel, type PushChannel, type PushResult } from './nodes/support/push-channels.js';
export { openUrl, type OpenUrlOptions } from './media/av/open-url.js';
export type { NetworkFact, Timer } from './media/net/byte-source.js';
export type { RetryPolicy } from './media/net/retry.js';
