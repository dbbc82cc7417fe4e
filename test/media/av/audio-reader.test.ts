import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VoxError } from '../../../src/errors.js';
import { openAudioFile } from '../../../src/media/av/index.js';
import { dominantFrequencyHz, goertzelDb, rmsDb } from '../../../src/media/dsp/measure.js';
import { createAudioFrame } from '../../../src/media/frame.js';
import {
  makeTempDir,
  noise,
  readAll,
  sine,
  wavBytes,
  writeSignal,
  writeWav,
  type WavSample,
} from '../../support/media-fixtures.js';

const temp = makeTempDir();
afterAll(() => temp.remove());

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(VoxError);
  return `${(error as VoxError).code}: ${(error as VoxError).message.replaceAll(temp.dir, '')}`;
}

describe('formats', () => {
  it.each(['ogg', 'mp3', 'm4a', 'flac', 'wav', 'webm', 'mkv', 'aiff', 'wv', 'caf'])(
    '%s gives back exactly the samples put in',
    async (extension) => {
      const path = await writeSignal(temp.path(`gapless.${extension}`), sine([440, 3000]), 48_000 + 123);
      const { planes, samples, outcome } = await readAll(path);
      expect(outcome).toEqual({ kind: 'ended' });
      expect(samples).toBe(48_123);
      expect(planes).toHaveLength(2);
      // The middle, where codecs have settled.
      const [left, right] = planes.map((plane) => plane.subarray(8_000, 40_000));
      expect(goertzelDb(left!, 440, 48_000)).toBeCloseTo(-6, 0);
      expect(goertzelDb(right!, 3000, 48_000)).toBeCloseTo(-6, 0);
      expect(goertzelDb(left!, 3000, 48_000)).toBeLessThan(-40);
    },
  );

  it.each(['u8', 's16', 's24', 's32', 'f32', 'f64'] as const)('wav with %s samples', async (sample: WavSample) => {
    const path = writeWav(temp.path(`${sample}.wav`), sine(1000), 9_600, { sample });
    const { planes, samples } = await readAll(path);
    expect(samples).toBe(9_600);
    const resolution = sample === 'u8' ? 2 ** -6 : 2 ** -14;
    for (const i of [0, 1, 777, 9_599]) expect(planes[0]![i]).toBeCloseTo(sine(1000)(i, 0), -Math.log10(resolution));
  });

  it.each([8_000, 11_025, 22_050, 44_100, 96_000, 192_000])('a rate of %d Hz becomes 48 kHz', async (rateHz) => {
    const path = writeWav(temp.path('rate.wav'), sine(1000, 0.5, rateHz), rateHz, { rateHz });
    const { planes, samples } = await readAll(path);
    expect(samples).toBe(48_000);
    expect(dominantFrequencyHz(planes[0]!, 48_000)).toBeCloseTo(1000, 0);
    expect(rmsDb(planes[0]!.subarray(1000, 47_000))).toBeCloseTo(-9.03, 1);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8, 12])('%d channels become one or two, never clipped', async (channels) => {
    const path = writeWav(temp.path('channels.wav'), sine(500, 0.9), 9_600, { channels });
    const { planes, samples } = await readAll(path);
    expect(samples).toBe(9_600);
    expect(planes).toHaveLength(channels === 1 ? 1 : 2);
    for (const plane of planes) {
      expect(Math.max(...plane)).toBeGreaterThan(0.1);
      expect(Math.max(...plane)).toBeLessThanOrEqual(0.91);
    }
  });

  it('turns NaN and infinity in a file into silence', async () => {
    const path = writeWav(temp.path('nan.wav'), (i) => (i === 100 ? NaN : i === 200 ? Infinity : 0.25), 960, { sample: 'f32' });
    const { planes } = await readAll(path);
    expect([99, 100, 101, 200].map((i) => planes[0]![i])).toEqual([0.25, 0, 0.25, 0]);
  });

  it('tells what the file says about itself', async () => {
    const path = await writeSignal(temp.path('tags.mp3'), sine(440), 96_000, {
      tags: { title: 'Tune', artist: 'Nobody' },
      channels: 1,
      bitrateKbps: 96,
    });
    const reader = await openAudioFile(path);
    expect(reader.info).toMatchObject({
      container: 'mp3',
      codec: 'mp3',
      sampleRateHz: 48_000,
      channels: 1,
      durationUs: 2_000_000,
      durationExact: true,
    });
    expect(reader.info).toMatchObject({
      bitRateBps: 96_000,
      tags: { title: 'Tune', artist: 'Nobody' },
      hasVideo: false,
      hasCoverArt: false,
    });
    expect(reader.channels).toBe(1);
    reader.close();
  });

  it('reads frames of any length, marks silence, and says 0 ever after', async () => {
    const path = writeWav(temp.path('half.wav'), (i) => (i < 1000 ? 0 : 0.5), 1500, { channels: 1 });
    const reader = await openAudioFile(path);
    const frame = createAudioFrame(2, 400);
    const seen = [];
    for (let n = 0; n < 6; n++) seen.push([reader.read(frame), frame.silent, frame.planes.length, reader.positionUs]);
    expect(seen).toEqual([
      [400, true, 1, 8_333],
      [400, true, 1, 16_667],
      [400, false, 1, 25_000],
      [300, false, 1, 31_250],
      [0, true, 1, 31_250],
      [0, true, 1, 31_250],
    ]);
    expect([...frame.planes[0]!].every((sample) => sample === 0)).toBe(true);
    expect(reader.outcome).toEqual({ kind: 'ended' });
    reader.close();
  });

  it('ignores a cover picture and reads past a large ID3 tag', async () => {
    const mp3 = readFileSync(await writeSignal(temp.path('plain.mp3'), sine(440), 48_000));
    const png = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
      'base64',
    );
    const picture = Buffer.concat([Buffer.from('\0image/png\0\x03\0', 'latin1'), png, Buffer.alloc(300_000)]);
    const frame = Buffer.concat([Buffer.from('APIC'), sync32(picture.length, 8), Buffer.alloc(2), picture]);
    const tag = Buffer.concat([Buffer.from('ID3\x03\0\0', 'latin1'), sync32(frame.length, 7), frame]);
    writeFileSync(temp.path('cover.mp3'), Buffer.concat([tag, mp3.subarray(mp3.indexOf(Buffer.from([0xff, 0xfb])))]));
    const reader = await openAudioFile(temp.path('cover.mp3'));
    expect(reader.info).toMatchObject({ hasCoverArt: true, hasVideo: false, codec: 'mp3' });
    reader.close();
    expect((await readAll(temp.path('cover.mp3'))).samples).toBe(48_000);
  });
});

function sync32(value: number, bits: 7 | 8): Buffer {
  return Buffer.from([3, 2, 1, 0].map((n) => (value >>> (n * bits)) & (2 ** bits - 1)));
}

describe('positions', () => {
  const length = 48_000 * 4;
  let whole: Map<string, Float32Array>;

  beforeAll(async () => {
    whole = new Map();
    for (const extension of ['wav', 'flac', 'mp3', 'ogg', 'm4a', 'webm']) {
      const path = await writeSignal(temp.path(`seek.${extension}`), noise(0.4), length, { channels: 1, bitrateKbps: 128 });
      whole.set(extension, (await readAll(path)).planes[0]!);
    }
  });

  it.each(['wav', 'flac', 'mp3', 'ogg', 'm4a', 'webm'])('seeking in %s is exact to the sample', async (extension) => {
    const reader = await openAudioFile(temp.path(`seek.${extension}`));
    const all = whole.get(extension)!;
    const frame = createAudioFrame(1);
    for (const at of [96_000, 12_345, 0, 150_001, 150_002, 959]) {
      reader.seek((at * 1e6) / 48_000);
      expect(reader.positionUs).toBe(Math.round((at * 1e6) / 48_000));
      expect(reader.read(frame)).toBe(960);
      expect(offsetOf(frame.planes[0]!, all, at)).toBe(0);
      expect(reader.positionUs).toBe(Math.round(((at + 960) * 1e6) / 48_000));
    }
    reader.close();
  });

  it('begins and ends where it is told', async () => {
    const { planes, samples, outcome } = await readAll(temp.path('seek.flac'), { startSec: 1.25, endSec: 2.5 });
    expect(samples).toBe(60_000);
    expect(planes[0]!.subarray(0, 5000)).toEqual(whole.get('flac')!.subarray(60_000, 65_000));
    expect(outcome).toEqual({ kind: 'ended' });
  });

  it('ends at once behind the end, and can come back', async () => {
    const reader = await openAudioFile(temp.path('seek.mp3'));
    const frame = createAudioFrame(1);
    reader.seek(60e6);
    expect(reader.read(frame)).toBe(0);
    expect(reader.outcome).toEqual({ kind: 'ended' });
    reader.seek(-5);
    expect(reader.outcome).toBeUndefined();
    expect(reader.read(frame)).toBe(960);
    expect(reader.positionUs).toBe(20_000);
    reader.close();
  });

  it('refuses a bad start or end', async () => {
    const path = temp.path('seek.wav');
    expect(await codeOf(openAudioFile(path, { startSec: -1 }))).toMatch(/^OPTION_OUT_OF_RANGE/);
    expect(await codeOf(openAudioFile(path, { startSec: NaN }))).toMatch(/^OPTION_OUT_OF_RANGE/);
    expect(await codeOf(openAudioFile(path, { startSec: 2, endSec: 2 }))).toMatch(/^OPTION_OUT_OF_RANGE/);
  });
});

/** How far `part` lies from `at` in `all`: the shift with the smallest difference. */
function offsetOf(part: Float32Array, all: Float32Array, at: number): number {
  let best = 0;
  let least = Infinity;
  for (let shift = -40; shift <= 40; shift++) {
    let difference = 0;
    for (let i = 0; i < part.length; i++) difference += Math.abs(part[i]! - (all[at + i + shift] ?? 9));
    if (difference < least) [best, least] = [shift, difference];
  }
  return best;
}

describe('what cannot be read', () => {
  it('names the reason', async () => {
    mkdirSync(temp.path('folder.mp3'));
    writeFileSync(temp.path('empty.mp3'), '');
    execFileSync('mkfifo', [temp.path('pipe.mp3')]);
    symlinkSync('loop.mp3', temp.path('loop.mp3'));
    writeFileSync(temp.path('text.mp3'), 'Dear reader, this is not music.\n'.repeat(50));
    writeFileSync(temp.path('zeros.wav'), Buffer.alloc(5000));
    const found: Record<string, string> = {};
    for (const name of [
      'none.mp3',
      'folder.mp3',
      'empty.mp3',
      'pipe.mp3',
      'loop.mp3',
      'text.mp3',
      'zeros.wav',
      'none/x.mp3',
      'empty.mp3/x',
      'nul\0.mp3',
    ]) {
      found[name] = await codeOf(openAudioFile(temp.path(name)));
    }
    found['/dev/zero'] = await codeOf(openAudioFile('/dev/zero'));
    expect(found).toEqual({
      'none.mp3': 'MEDIA_NOT_FOUND: the media file /none.mp3 does not exist.',
      'folder.mp3': 'MEDIA_UNREADABLE: the media file /folder.mp3 cannot be read: it is a folder.',
      'empty.mp3': 'MEDIA_UNREADABLE: the media file /empty.mp3 cannot be read: it is empty.',
      'pipe.mp3': 'MEDIA_UNREADABLE: the media file /pipe.mp3 cannot be read: it is a pipe, not a file.',
      'loop.mp3': 'MEDIA_UNREADABLE: the media file /loop.mp3 cannot be read: its links point at each other in a circle.',
      'text.mp3': 'MEDIA_UNREADABLE: the media file /text.mp3 cannot be read: it is a text file.',
      'zeros.wav': 'MEDIA_UNREADABLE: the media file /zeros.wav cannot be read: it holds nothing but zeros.',
      'none/x.mp3': 'MEDIA_NOT_FOUND: the media file /none/x.mp3 does not exist.',
      'empty.mp3/x': 'MEDIA_NOT_FOUND: the media file /empty.mp3/x does not exist.',
      'nul\0.mp3': 'MEDIA_UNREADABLE: the media file "/nul\\u0000.mp3" cannot be read: its name holds a zero byte.',
      '/dev/zero': 'MEDIA_UNREADABLE: the media file /dev/zero cannot be read: it is a device, not a file.',
    });
  });

  it.runIf(process.getuid?.() !== 0)('names a missing permission', async () => {
    writeWav(temp.path('secret.wav'), sine(440), 960);
    chmodSync(temp.path('secret.wav'), 0);
    expect(await codeOf(openAudioFile(temp.path('secret.wav')))).toMatch(/permission denied/);
  });

  it('opens no file that points elsewhere', async () => {
    const target = writeWav(temp.path('target.wav'), sine(440), 48_000);
    const files = {
      'list.m3u8': `#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile://${target}\n#EXT-X-ENDLIST\n`,
      'disguised.mp3': `#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nhttp://127.0.0.1:9/x.ts\n#EXT-X-ENDLIST\n`,
      'list.ffconcat': `ffconcat version 1.0\nfile '${target}'\n`,
      'disguised.wav': `ffconcat version 1.0\nfile target.wav\n`,
      'session.sdp': 'v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n',
      'manifest.mpd':
        '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><BaseURL>http://127.0.0.1:9/</BaseURL></MPD>',
      'reference.mov': mp4Reference(target),
    };
    for (const [name, content] of Object.entries(files)) {
      writeFileSync(temp.path(name), content);
      expect(await codeOf(openAudioFile(temp.path(name)))).toMatch(/^MEDIA_(UNREADABLE|NO_AUDIO)/);
    }
    expect(await codeOf(openAudioFile(temp.path('list.m3u8')))).toMatch(/it is a playlist, not a media file/);
    expect(await codeOf(openAudioFile(temp.path('session.sdp')))).toMatch(/it is a session description/);
    // Names are files, never addresses or patterns.
    for (const name of ['http://127.0.0.1:9/x.mp3', 'concat:a.mp3|b.mp3', 'img-%03d.png', 'pipe:0']) {
      expect(await codeOf(openAudioFile(name))).toMatch(/^MEDIA_NOT_FOUND/);
    }
  });

  it('refuses rates and channel counts that would blow up', async () => {
    writeWav(temp.path('slow.wav'), sine(440), 48_000, { rateHz: 1 });
    expect(await codeOf(openAudioFile(temp.path('slow.wav')))).toMatch(/its sample rate is 1 Hz/);
    const many = wavBytes(sine(440), 960);
    many.writeUInt16LE(60_000, 22);
    writeFileSync(temp.path('many.wav'), many);
    expect(await codeOf(openAudioFile(temp.path('many.wav')))).toMatch(/^MEDIA_/);
  });

  it('names the audio streams when asked for another', async () => {
    writeWav(temp.path('one.wav'), sine(440), 960);
    expect(await codeOf(openAudioFile(temp.path('one.wav'), { streamIndex: 3 }))).toMatch(
      /stream 3 is no audio stream of it; it has 0/,
    );
  });

  it('stops opening when aborted', async () => {
    writeWav(temp.path('abort.wav'), sine(440), 960);
    const gone = AbortSignal.abort(new Error('changed my mind'));
    await expect(openAudioFile(temp.path('abort.wav'), { signal: gone })).rejects.toThrow('changed my mind');
    const controller = new AbortController();
    const opening = openAudioFile(temp.path('abort.wav'), { signal: controller.signal });
    controller.abort(new Error('too late'));
    await expect(opening).rejects.toThrow('too late');
  });
});

function mp4Reference(target: string): Buffer {
  const url = Buffer.from(`\0\0\0\0${target}\0`, 'latin1');
  const box = (type: string, ...parts: Buffer[]): Buffer => {
    const body = Buffer.concat(parts);
    const head = Buffer.alloc(8);
    head.writeUInt32BE(8 + body.length, 0);
    head.write(type, 4, 'latin1');
    return Buffer.concat([head, body]);
  };
  const dref = box('dref', Buffer.from([0, 0, 0, 0, 0, 0, 0, 1]), box('url ', url));
  return Buffer.concat([
    box('ftyp', Buffer.from('qt  \0\0\0\0qt  ')),
    box('moov', box('trak', box('mdia', box('minf', box('dinf', dref))))),
  ]);
}

describe('damage', () => {
  it.each(['wav', 'flac', 'mp3'])('a cut-off %s is called so', async (extension) => {
    const bytes = readFileSync(await writeSignal(temp.path(`cut.${extension}`), noise(0.3), 48_000 * 3));
    writeFileSync(temp.path(`short.${extension}`), bytes.subarray(0, Math.floor(bytes.length / 2)));
    const { samples, outcome } = await readAll(temp.path(`short.${extension}`));
    expect(samples).toBeGreaterThan(48_000);
    expect(outcome).toMatchObject({ kind: 'failed', code: 'MEDIA_TRUNCATED', data: { totalSec: 3 } });
  });

  it('a WAV written live, whose header claims more than it can know, just ends', async () => {
    writeWav(temp.path('live.wav'), sine(440), 48_000, { claimedBytes: 0xffff_ffff });
    const { samples, outcome } = await readAll(temp.path('live.wav'));
    expect(samples).toBe(48_000);
    expect(outcome).toEqual({ kind: 'ended' });
  });

  it('damaged packets are skipped and counted', async () => {
    const bytes = readFileSync(await writeSignal(temp.path('noise.mp3'), noise(0.3), 48_000 * 3));
    for (let i = 20_000; i < 26_000; i++) bytes[i] = (i * 7919) & 0xff;
    writeFileSync(temp.path('hurt.mp3'), bytes);
    const { samples, outcome, badPackets } = await readAll(temp.path('hurt.mp3'));
    expect(outcome).toEqual({ kind: 'ended' });
    expect(samples).toBeGreaterThan(48_000 * 2);
    expect(badPackets).toBeGreaterThan(0);
  });

  it('a file of which nothing decodes fails', async () => {
    const bytes = readFileSync(await writeSignal(temp.path('good.flac'), noise(0.3), 48_000));
    for (let i = 200; i < bytes.length; i++) if (bytes[i] !== 0xff && bytes[i - 1] !== 0xff && i % 3 === 0) bytes[i]! ^= 0x5a;
    writeFileSync(temp.path('bad.flac'), bytes);
    const { outcome } = await readAll(temp.path('bad.flac')).catch((error: VoxError) => ({
      outcome: { kind: 'failed', code: error.code },
    }));
    expect(outcome).toMatchObject({ kind: 'failed' });
  });
});

describe('closing', () => {
  it('is allowed at any time and twice', async () => {
    const path = writeWav(temp.path('close.wav'), sine(440), 48_000);
    const frame = createAudioFrame(2);
    const unread = await openAudioFile(path);
    unread.close();
    unread.close();
    const reader = await openAudioFile(path);
    reader.read(frame);
    reader.close();
    reader.seek(0);
    expect(reader.read(frame)).toBe(0);
    expect(frame.silent).toBe(true);
    expect(reader.outcome).toEqual({ kind: 'ended' });
    reader.close();
  });

  it('many readers live side by side', async () => {
    const path = await writeSignal(temp.path('side.mp3'), sine(440), 48_000);
    const readers = await Promise.all(Array.from({ length: 20 }, () => openAudioFile(path)));
    const frame = createAudioFrame(2);
    const counts = readers.map(() => 0);
    for (let n = 0; n < 51; n++) readers.forEach((reader, i) => (counts[i]! += reader.read(frame)));
    expect(counts).toEqual(readers.map(() => 48_000));
    for (const reader of readers) reader.close();
  });
});
