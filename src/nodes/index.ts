/**
 * The node types that come with voxgraph.
 * @module
 */
import type { NodeDefinition } from '../graph/define-node.js';
import { bandpass } from './effects/bandpass.js';
import { channelMix } from './effects/channel-mix.js';
import { chorus } from './effects/chorus.js';
import { compressor } from './effects/compressor.js';
import { distortion } from './effects/distortion.js';
import { denoise } from './effects/denoise.js';
import { echo } from './effects/echo.js';
import { equalizer } from './effects/equalizer.js';
import { fade } from './effects/fade.js';
import { ffmpeg } from './effects/ffmpeg.js';
import { gain } from './effects/gain.js';
import { gate } from './effects/gate.js';
import { highpass } from './effects/highpass.js';
import { karaoke } from './effects/karaoke.js';
import { limiter } from './effects/limiter.js';
import { loudness } from './effects/loudness.js';
import { lowpass } from './effects/lowpass.js';
import { pan } from './effects/pan.js';
import { pitch } from './effects/pitch.js';
import { reverb } from './effects/reverb.js';
import { robot } from './effects/robot.js';
import { rotation } from './effects/rotation.js';
import { tremolo } from './effects/tremolo.js';
import { vibrato } from './effects/vibrato.js';
import { h264 } from './encoders/h264.js';
import { opus } from './encoders/opus.js';
import { vp8 } from './encoders/vp8.js';
import { delay } from './flow/delay.js';
import { fallback } from './flow/fallback.js';
import { queue as wireQueue } from './flow/queue.js';
import { split } from './flow/split.js';
import { sync } from './flow/sync.js';
import { tee } from './flow/tee.js';
import { level } from './meters/level.js';
import { crossfade } from './mixers/crossfade.js';
import { duck } from './mixers/duck.js';
import { matrix } from './mixers/matrix.js';
import { sum } from './mixers/sum.js';
import { switcher } from './mixers/switch.js';
import { pluginAudio } from './plugins/audio.js';
import { pluginVideo } from './plugins/video.js';
import { pluginVoices } from './plugins/voices.js';
import { callSink } from './sinks/call.js';
import { fileSink } from './sinks/file.js';
import { framesSink } from './sinks/frames.js';
import { nullSink } from './sinks/null.js';
import { device } from './sources/device.js';
import { file } from './sources/file.js';
import { noise } from './sources/noise.js';
import { participants } from './sources/participants.js';
import { processSource } from './sources/process.js';
import { push } from './sources/push.js';
import { playlist } from './sources/playlist.js';
import { queue } from './sources/queue.js';
import { silence } from './sources/silence.js';
import { tone } from './sources/tone.js';
import { url } from './sources/url.js';
import { color } from './sources/color.js';
import { image } from './sources/image.js';
import { testPattern } from './sources/test-pattern.js';
import { grid } from './mixers/grid.js';
import { overlay } from './mixers/overlay.js';
import { pictureInPicture } from './mixers/picture-in-picture.js';
import { videoSwitch } from './mixers/video-switch.js';
import { ffmpeg as videoFfmpeg } from './video/ffmpeg.js';
import { adjust } from './video/adjust.js';
import { blur } from './video/blur.js';
import { cartoon } from './video/cartoon.js';
import { chromaKey } from './video/chroma-key.js';
import { colorBalance } from './video/color-balance.js';
import { crop } from './video/crop.js';
import { videoDelay } from './video/delay.js';
import { edge } from './video/edge.js';
import { fade as videoFade } from './video/fade.js';
import { flip } from './video/flip.js';
import { grayscale } from './video/grayscale.js';
import { rotate } from './video/rotate.js';
import { scale } from './video/scale.js';
import { sepia } from './video/sepia.js';
import { sharpen } from './video/sharpen.js';
import { text } from './video/text.js';
import { vintage } from './video/vintage.js';
import { visualizer } from './video/visualizer.js';

/** Every shipped node type. */
export const builtinNodes: readonly NodeDefinition[] = [
  device,
  file,
  noise,
  participants,
  processSource,
  push,
  playlist,
  queue,
  silence,
  tone,
  url,
  bandpass,
  channelMix,
  chorus,
  compressor,
  distortion,
  denoise,
  echo,
  equalizer,
  fade,
  ffmpeg,
  gain,
  gate,
  highpass,
  karaoke,
  limiter,
  loudness,
  lowpass,
  pan,
  pitch,
  reverb,
  robot,
  rotation,
  tremolo,
  vibrato,
  crossfade,
  duck,
  matrix,
  sum,
  switcher,
  delay,
  fallback,
  wireQueue,
  split,
  sync,
  tee,
  level,
  color,
  image,
  testPattern,
  grid,
  overlay,
  pictureInPicture,
  videoSwitch,
  videoFfmpeg,
  adjust,
  blur,
  cartoon,
  chromaKey,
  colorBalance,
  crop,
  videoDelay,
  edge,
  videoFade,
  flip,
  grayscale,
  rotate,
  scale,
  sepia,
  sharpen,
  text,
  vintage,
  visualizer,
  opus,
  vp8,
  h264,
  pluginAudio,
  pluginVideo,
  pluginVoices,
  callSink,
  fileSink,
  framesSink,
  nullSink,
];
