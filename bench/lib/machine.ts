// What this machine has: tools, folders, inputs.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The repository. */
export const ROOT = join(import.meta.dirname, '../..');
/** Where inputs and outputs lie. */
export const DATA = join(ROOT, 'bench-data');
/** A minute of 720p H.264 without sound, made by make-inputs.sh. */
export const FILM = join(DATA, 'video_720p30_60.mp4');
/** Ten minutes of MP3, made by make-inputs.sh. */
export const MUSIC = join(DATA, 'music_600.mp3');
/** The same as Opus. */
export const OPUS = join(DATA, 'music_600.opus');

const INSTALL = 'apt-get install ffmpeg gstreamer1.0-tools gstreamer1.0-plugins-base util-linux time';

/** Whether a program can be started by that name. */
export function has(program: string): boolean {
  return spawnSync('which', [program], { stdio: 'ignore' }).status === 0;
}

/** `has`, telling how to get it when not. */
export function hasPeer(program: string): boolean {
  if (has(program)) return true;
  console.error(`${program} is missing, so there is no figure of the peer: ${INSTALL}`);
  return false;
}

/** Makes the inputs if they are not there. @throws Error when that needs something that is missing. */
export function needInputs(): void {
  if ([MUSIC, FILM, OPUS, join(DATA, 'mix_8.mp3')].every((file) => existsSync(file))) return;
  if (!has('ffmpeg')) throw new Error(`what the workloads read is made by ffmpeg, which is missing: ${INSTALL}`);
  console.error('Making what the workloads read, in bench-data; this takes a minute.');
  const { status } = spawnSync(join(ROOT, 'bench/make-inputs.sh'), [DATA], { stdio: 'inherit' });
  if (status !== 0) throw new Error('bench/make-inputs.sh failed');
}

const taskset = has('taskset');

/** A command on the first core only, so that both sides have the same one; as it is where `taskset` is missing. */
export function pinned(command: readonly string[]): readonly string[] {
  return taskset ? ['taskset', '-c', '0', ...command] : command;
}
