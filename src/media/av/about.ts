import { Codec, getFFmpegInfo } from 'node-av/lib';

/** What the media library on this machine is. */
export interface MediaLibrary {
  /** FFmpeg's version. */
  readonly version: string;
  /** The licence of the build, as its configuration says. */
  readonly license: string;
}

/** Version and licence of the media library. */
export function mediaLibrary(): MediaLibrary {
  const { version, configuration } = getFFmpegInfo();
  const gpl = configuration.includes('--enable-gpl');
  const third = configuration.includes('--enable-version3');
  return { version, license: `${gpl ? 'GPL' : 'LGPL'} ${third ? '3' : '2.1'} or later` };
}

/** Which of the encoders, by FFmpeg's names, are missing. */
export function missingEncoders(names: readonly string[]): string[] {
  return names.filter((name) => Codec.findEncoderByName(name as Parameters<typeof Codec.findEncoderByName>[0]) === null);
}
