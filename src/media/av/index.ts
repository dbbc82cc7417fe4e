/**
 * Sound out of and into files, and Opus packets: everything voxgraph does with FFmpeg. Nothing outside this folder imports
 * node-av, because several of its functions crash the process when used in ways that look right; in here they are only used
 * in ways that were tried.
 * @module
 */
export { openAudioFile } from './audio-reader.js';
export type { AudioFileOptions, AudioOutcome, AudioReader } from './audio-reader.js';
export { openAudioFileWriter } from './audio-writer.js';
export type { AudioWriter, AudioWriterOptions } from './audio-writer.js';
export { scanLoudness } from './loudness-scan.js';
export type { FileLoudness, LoudnessScanOptions } from './loudness-scan.js';
export type { MediaInfo } from './media-info.js';
export { avVersion, setAvLogQuiet } from './native.js';
export type { AvVersion } from './native.js';
export { createOpusEncoder } from './opus-encoder.js';
export type { EmitPacket, OpusEncoder } from './opus-encoder.js';
export type { OpusOptions } from './open-opus.js';
export { opusHead, OPUS_LOOKAHEAD_SAMPLES } from './opus-head.js';
