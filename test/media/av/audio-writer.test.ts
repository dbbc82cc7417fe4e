import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { afterAll, describe, expect, it } from 'vitest';
import { openAudioFile, openAudioFileWriter } from '../../../src/media/av/index.js';
import { goertzelDb } from '../../../src/media/dsp/measure.js';
import { createAudioFrame } from '../../../src/media/frame.js';
import { makeTempDir, noise, readAll, sine, writeSignal } from '../../support/media-fixtures.js';

const temp = makeTempDir();
afterAll(() => temp.remove());

describe('containers', () => {
  it.each([
    ['x.ogg', 'ogg', 'opus'],
    ['x.opus', 'ogg', 'opus'],
    ['x.mp3', 'mp3', 'mp3'],
    ['x.m4a', 'mov,mp4,m4a,3gp,3g2,mj2', 'aac'],
    ['x.flac', 'flac', 'flac'],
    ['x.wav', 'wav', 'pcm_s16le'],
    ['x.webm', 'matroska,webm', 'opus'],
    ['x.mkv', 'matroska,webm', 'opus'],
    ['x.aac', 'aac', 'aac'],
    ['x.avi', 'avi', 'mp3'],
  ])('%s holds %s with %s, the same bytes each time', async (name, container, codec) => {
    const tags = { title: 'Tune', artist: 'Nobody' };
    const first = readFileSync(await writeSignal(temp.path(name), sine([440, 880]), 24_000, { tags }));
    const second = readFileSync(await writeSignal(temp.path(name), sine([440, 880]), 24_000, { tags }));
    expect(first.equals(second)).toBe(true);
    const reader = await openAudioFile(temp.path(name));
    expect(reader.info).toMatchObject({ container, codec, sampleRateHz: 48_000, channels: 2 });
    if (codec !== 'aac' || name === 'x.m4a') expect(reader.info.tags).toEqual(tags);
    reader.close();
  });

  it('the codec and the container can be named', async () => {
    await writeSignal(temp.path('a.ogg'), sine(440), 9600, { codec: 'vorbis' });
    await writeSignal(temp.path('b.bin'), sine(440), 9600, { format: 'wav', codec: 'pcm_f32le' });
    for (const [name, codec] of [
      ['a.ogg', 'vorbis'],
      ['b.bin', 'pcm_f32le'],
    ] as const) {
      const reader = await openAudioFile(temp.path(name));
      expect(reader.info.codec).toBe(codec);
      reader.close();
    }
  });

  it('lossless ones keep every sample to 16 bits, and float WAV every bit', async () => {
    for (const [name, codec, digits] of [
      ['l.flac', undefined, 4],
      ['l.wav', undefined, 4],
      ['f.wav', 'pcm_f32le', 7],
    ] as const) {
      const signal = noise(0.9);
      await writeSignal(temp.path(name), signal, 5000, codec === undefined ? {} : { codec });
      const { planes, samples } = await readAll(temp.path(name));
      expect(samples).toBe(5000);
      for (const i of [0, 1, 959, 960, 4999]) expect(planes[1]![i]).toBeCloseTo(signal(i, 1), digits);
    }
  });

  it('an encoder that does not take 48 kHz gets its own rate', async () => {
    await writeSignal(temp.path('phone.flv'), sine(440), 48_000, { codec: 'adpcm_swf', channels: 1 });
    const reader = await openAudioFile(temp.path('phone.flv'));
    expect(reader.info).toMatchObject({ sampleRateHz: 44_100, codec: 'adpcm_swf' });
    reader.close();
    const { planes } = await readAll(temp.path('phone.flv'));
    expect(goertzelDb(planes[0]!.subarray(4800, 43_200), 440, 48_000)).toBeCloseTo(-6, 0);
  });
});

describe('finishing', () => {
  it('the file appears only when it is whole, and replaces what was there', async () => {
    const path = temp.path('atomic.wav');
    writeFileSync(path, 'old');
    const writer = await openAudioFileWriter(path);
    writer.write(createAudioFrame(2));
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(writer).toMatchObject({ container: 'wav', codec: 'pcm_s16le', positionUs: 20_000 });
    await writer.finish();
    await writer.finish();
    writer.abort();
    writer.write(createAudioFrame(2));
    expect(readFileSync(path).length).toBeGreaterThan(3840);
    expect(readdirSync(temp.dir).filter((name) => name.includes('.part'))).toEqual([]);
  });

  it('aborting leaves nothing behind', async () => {
    const writer = await openAudioFileWriter(temp.path('gone.mp3'));
    writer.write(createAudioFrame(2));
    writer.abort();
    writer.abort();
    expect(existsSync(temp.path('gone.mp3'))).toBe(false);
    expect(readdirSync(temp.dir).filter((name) => name.includes('.part'))).toEqual([]);
  });

  it('a recording in place grows under its own name and is kept when aborted', async () => {
    const writer = await openAudioFileWriter(temp.path('live.wav'), { atomic: false });
    expect(existsSync(temp.path('live.wav'))).toBe(true);
    for (let n = 0; n < 50; n++) writer.write(createAudioFrame(2));
    writer.abort();
    expect((await readAll(temp.path('live.wav'))).samples).toBeGreaterThan(0);
  });

  it('an empty file is a valid one', async () => {
    for (const extension of ['wav', 'ogg', 'mp3', 'flac']) {
      const writer = await openAudioFileWriter(temp.path(`nothing.${extension}`));
      await writer.finish();
      expect(existsSync(temp.path(`nothing.${extension}`))).toBe(true);
    }
  });

  it('a gap between packets stays a gap', async () => {
    const writer = await openAudioFileWriter(temp.path('gap.ogg'), { packets: {}, channels: 1 });
    const packet = {
      kind: 'packet',
      codec: 'opus',
      durationUs: 20_000,
      key: true,
      data: Uint8Array.of(0xf8, 0xff, 0xfe),
    } as const;
    for (const ptsUs of [1_000_000, 1_020_000, 2_000_000]) writer.writePacket({ ...packet, ptsUs });
    expect(writer.positionUs).toBe(1_020_000);
    await writer.finish();
    const reader = await openAudioFile(temp.path('gap.ogg'));
    expect(reader.info.durationUs).toBe(1_020_000);
    reader.close();
  });
});

describe('what cannot be written', () => {
  const reasonOf = async (path: string, options = {}): Promise<string> => {
    const error = await openAudioFileWriter(path, options).then(
      (writer) => writer.abort(),
      (thrown: Error) => thrown,
    );
    return (error?.message ?? 'opened').replaceAll(temp.dir, '');
  };

  it('names the reason', async () => {
    mkdirSync(temp.path('folder.wav'));
    writeFileSync(temp.path('plain'), '');
    execFileSync('mkfifo', [temp.path('fifo.wav')]);
    expect(await reasonOf(temp.path('none/x.wav'))).toBe('the output /none/x.wav cannot be written: its folder does not exist.');
    expect(await reasonOf(temp.path('plain/x.wav'))).toBe('the output /plain/x.wav cannot be written: its folder is no folder.');
    expect(await reasonOf(temp.path('folder.wav'))).toBe('the output /folder.wav cannot be written: a folder has that name.');
    expect(await reasonOf(temp.path('fifo.wav'))).toBe(
      'the output /fifo.wav cannot be written: it is a pipe or socket, not a file.',
    );
    expect(await reasonOf(temp.path('x.xyz'))).toBe(
      'the output /x.xyz cannot be written: no container has the extension ".xyz".',
    );
    expect(await reasonOf(temp.path('x'))).toBe(
      'the output /x cannot be written: its name has no extension, so no container is known.',
    );
    expect(await reasonOf(temp.path('x.m3u8'))).toBe(
      'the output /x.m3u8 cannot be written: the container hls is not written as one file.',
    );
    expect(await reasonOf(temp.path('x.srt'))).toBe('the output /x.srt cannot be written: the container srt holds no sound.');
    expect(await reasonOf(temp.path('x.wav'), { codec: 'nonsense' })).toBe('this FFmpeg has no encoder "nonsense".');
    expect(await reasonOf(temp.path('x.wav'), { format: 'nonsense' })).toBe('this FFmpeg has no container "nonsense".');
    expect(await reasonOf(temp.path('x.webm'), { codec: 'mp3' })).toBe(
      'the output /x.webm cannot be written: the container webm does not take libmp3lame.',
    );
    expect(await reasonOf(temp.path('x.mp3'), { channels: 6 })).toMatch(/^the channel count cannot be 6/);
    expect(await reasonOf(temp.path('x.mp3'), { bitrateKbps: -1 })).toMatch(/^the bit rate in kbit\/s cannot be -1/);
    expect(readdirSync(temp.dir).filter((name) => name.includes('.part'))).toEqual([]);
  });

  it.runIf(existsSync('/dev/full'))('a full disk is an error, not a crash', async () => {
    const writer = await openAudioFileWriter('/dev/full', { format: 'wav' });
    const frame = createAudioFrame(2);
    await expect(
      (async () => {
        for (let n = 0; n < 500; n++) writer.write(frame);
        await writer.finish();
      })(),
    ).rejects.toMatchObject({ code: 'OUTPUT_UNWRITABLE' });
    writer.abort();
  });
});

describe('a live recording', () => {
  it.each(['ogg', 'webm', 'mka', 'mp3', 'flac', 'wav', 'm4a', 'mov'])(
    'of .%s can be played to a second before the process was killed, and is whole at its end',
    async (extension) => {
      const path = temp.path(`live.${extension}`);
      const writer = await openAudioFileWriter(path, { live: true });
      const frame = createAudioFrame(2);
      const tone = sine(440);
      for (let tick = 0; tick < 300; tick++) {
        frame.planes.forEach((plane, c) => plane.forEach((_, i) => (plane[i] = tone(tick * 960 + i, c))));
        writer.write(frame);
      }
      const part = readdirSync(temp.path('')).find((name) => name.startsWith(`.live.${extension}.`))!;
      const killed = temp.path(`killed.${extension}`);
      writeFileSync(killed, readFileSync(temp.path(part)));
      await writer.finish();
      const left = await readAll(killed);
      expect(left.samples).toBeGreaterThan(4.5 * 48_000);
      expect(goertzelDb(left.planes[0]!.subarray(48_000, 4 * 48_000), 440, 48_000)).toBeGreaterThan(-20);
      const whole = await readAll(path);
      expect(Math.abs(whole.samples - 6 * 48_000)).toBeLessThan(2500);
    },
  );

  it('that a killed process left gets a name when the same is recorded again; others are left alone', async () => {
    const { rescueRecordings } = await import('../../../src/media/av/output-file.js');
    const writer = await openAudioFileWriter(temp.path('call.ogg'), { live: true });
    const ofOurs = readdirSync(temp.path('')).filter((name) => name.startsWith('.call.ogg.'));
    // No process has a number above 4194304; one of our number that we do not write is of an earlier process.
    const put = (name: string, text: string) => writeFileSync(temp.path(name), text);
    put('.call.ogg.4194305-1.part', 'first');
    put(`.call.ogg.${process.pid}-999999.part`, 'second');
    put('.call.ogg.4194305-2.part', '');
    put(`.call.ogg.${process.ppid}-1.part`, 'of a process that runs');
    put('.other.ogg.4194305-1.part', 'other');
    put('call (rescued).ogg', 'earlier');
    const rescued = await rescueRecordings(temp.path('call.ogg'));
    expect(rescued.sort()).toEqual([temp.path('call (rescued 2).ogg'), temp.path('call (rescued 3).ogg')]);
    expect(rescued.map((path) => readFileSync(path, 'utf8')).sort()).toEqual(['first', 'second']);
    expect(readFileSync(temp.path('call (rescued).ogg'), 'utf8')).toBe('earlier');
    expect(existsSync(temp.path('.other.ogg.4194305-1.part'))).toBe(true);
    expect(
      readdirSync(temp.path(''))
        .filter((name) => name.startsWith('.call.ogg.'))
        .sort(),
    ).toEqual([...ofOurs, `.call.ogg.${process.ppid}-1.part`].sort());
    await writer.finish();
    expect(await rescueRecordings(temp.path('none/call.ogg'))).toEqual([]);
  });
});
