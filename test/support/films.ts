import { openAudioFile } from '../../src/media/av/audio-reader.js';
import { GeneratedPictures } from '../../src/media/av/video/generated.js';
import { openMediaWriter } from '../../src/media/av/video/media-writer.js';
import type { Picture } from '../../src/media/av/video/picture.js';
import { openVideo } from '../../src/media/av/video/open-video.js';
import { VideoReader } from '../../src/media/av/video/video-reader.js';
import { createAudioFrame } from '../../src/media/frame.js';

/** A film to be made. */
export interface FilmSpec {
  readonly seconds: number;
  readonly frameRate?: number;
  readonly width?: number;
  readonly height?: number;
  /** FFmpeg's `geq` expression of the luma; `N` is the picture's number. Default 40 + N. */
  readonly luma?: string;
  /** The sound; absent: a silent film without a track. */
  readonly sound?: (sample: number) => number;
}

/** Writes a film. */
export async function writeFilm(path: string, spec: FilmSpec): Promise<string> {
  const { seconds, frameRate = 25, width = 160, height = 96, luma = '40+N', sound } = spec;
  const video = { width, height, frameRate, bitrateKbps: 1000, keyFrameSec: 1, effort: 1 };
  const writer = await openMediaWriter(path, { video, ...(sound && { audio: { channels: 1 as const } }) });
  const pictures = new GeneratedPictures(`nullsrc=s=${width}x${height}:r=${frameRate},geq=lum='${luma}':cb=128:cr=128`);
  const frame = createAudioFrame(1);
  frame.silent = false;
  let next = 0;
  for (let tick = 0; tick < seconds * 50; tick++) {
    frame.ptsUs = tick * 20_000;
    frame.planes[0]!.forEach((_, i) => (frame.planes[0]![i] = sound?.(tick * 960 + i) ?? 0));
    if (sound) writer.write(frame);
    for (; Math.round((next * 1e6) / frameRate) < (tick + 1) * 20_000; next++) {
      const picture = pictures.nextSync()!;
      writer.pictureSync(picture, Math.round((next * 1e6) / frameRate));
      picture.release();
    }
  }
  await writer.finish();
  pictures.close();
  return path;
}

/** Each picture's time in milliseconds and mean luma, of the whole picture. */
export async function readPictures(path: string): Promise<{ ms: number; luma: number; width: number; height: number }[]> {
  const reader = new VideoReader(await openVideo(path));
  const pictures: { ms: number; luma: number; width: number; height: number }[] = [];
  for (let read = reader.readSync(); read; read = reader.readSync()) {
    const { native, width, height } = read.picture;
    const plane = native.data![0]!;
    const stride = native.linesize[0]!;
    let sum = 0;
    for (let row = 0; row < height; row++) for (let x = 0; x < width; x++) sum += plane[row * stride + x]!;
    pictures.push({ ms: read.positionUs / 1000, luma: sum / (width * height), width, height });
    read.picture.release();
  }
  reader.close();
  return pictures;
}

/** The means of a picture's luma and both chromas. */
export function pictureMeans({ native, width, height }: Picture): [y: number, u: number, v: number] {
  const mean = (plane: number, shift: number): number => {
    const [columns, rows] = [(width + shift) >> shift, (height + shift) >> shift];
    let sum = 0;
    for (let row = 0; row < rows; row++)
      for (let x = 0; x < columns; x++) sum += native.data![plane]![row * native.linesize[plane]! + x]!;
    return sum / (columns * rows);
  };
  return [mean(0, 0), mean(1, 1), mean(2, 1)];
}

/** {@link pictureMeans} of each picture of a film. */
export async function meanColours(path: string): Promise<[y: number, u: number, v: number][]> {
  const reader = new VideoReader(await openVideo(path));
  const colours: [number, number, number][] = [];
  for (let read = reader.readSync(); read; read = reader.readSync()) {
    colours.push(pictureMeans(read.picture));
    read.picture.release();
  }
  reader.close();
  return colours;
}

/** Flashes and beeps of 100 ms at each full second, from the first on. */
export const FLASH_AND_BEEP: FilmSpec = {
  seconds: 5,
  frameRate: 30,
  luma: 'if(lt(mod(N,30),3),220,20)',
  sound: (sample) => (sample % 48_000 < 4800 ? 0.5 * Math.sin((sample * 2 * Math.PI) / 48) : 0),
};

/** By how many milliseconds each beep comes after its flash. */
export async function flashToBeepMs(path: string): Promise<number[]> {
  const pictures = await readPictures(path);
  const flashes = pictures.filter(({ luma }, i) => luma > 120 && (i === 0 || pictures[i - 1]!.luma <= 120)).map(({ ms }) => ms);
  const reader = await openAudioFile(path);
  const frame = createAudioFrame(reader.channels);
  const beeps: number[] = [];
  let at = 0;
  let quietSince = -48_000;
  for (let count = reader.read(frame); count > 0; count = reader.read(frame)) {
    for (let i = 0; i < count; i++, at++) {
      if (Math.abs(frame.planes[0]![i]!) < 0.1) continue;
      if (at - quietSince > 9600) beeps.push(at / 48);
      quietSince = at;
    }
  }
  reader.close();
  if (flashes.length !== beeps.length) throw new Error(`${flashes.length} flashes and ${beeps.length} beeps`);
  return flashes.map((ms, i) => beeps[i]! - ms);
}
