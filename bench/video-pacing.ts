/**
 * How late 20 ms audio ticks are while a 720p film is decoded, filtered and encoded as VP8 beside them, by where that work is done:
 *
 *     npm run build && node --experimental-strip-types bench/video-pacing.ts FILE.mp4 [--seconds 10] [--repeats 3] [--ways none,sync,async,child]
 *
 * `sync`: node-av's sync calls on the main thread. `async`: its async calls, one at a time per context, on libuv's pool. `child`: the
 * sync calls in a child process, whose packets come back over its standard output. Each run is a process of its own; the ways take
 * turns. Prints one JSON line a run: lateness in milliseconds, CPU of the process and its child in percent of one core, frames done.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Codec, CodecContext, Filter, FilterGraph, FilterInOut, FormatContext, Frame, Packet, Rational } from 'node-av/lib';
import { AV_PIX_FMT_YUV420P, AVERROR_EAGAIN, AVMEDIA_TYPE_VIDEO, AV_PICTURE_TYPE_NONE } from 'node-av/constants';
import { Lateness, createRealtimeScheduler } from '../dist/time/index.js';

const PERIOD_US = 20_000;
const FRAME_US = 1e6 / 30;
/** What decoding an MP3 and encoding Opus costs. */
const AUDIO_WORK_US = 140;

/** What is wrong with the command line, as a sentence. */
class Refusal extends Error {}

/** One film on its way to VP8. */
class Film {
  readonly #format = new FormatContext();
  readonly #decoder = new CodecContext();
  readonly #encoder = new CodecContext();
  readonly #graph = new FilterGraph();
  readonly #packet = new Packet();
  readonly #out = new Packet();
  readonly #frame = new Frame();
  #stream = 0;
  #source!: NonNullable<ReturnType<FilterGraph['createFilter']>>;
  #sink!: NonNullable<ReturnType<FilterGraph['createFilter']>>;
  frames = 0;
  bytes = 0;

  async open(path: string): Promise<void> {
    if ((await this.#format.openInput(path, null, null)) < 0) throw new Refusal(`${path} is no media file that FFmpeg can read`);
    await this.#format.findStreamInfo(null);
    const stream = this.#format.streams.find((one) => one.codecpar.codecType === AVMEDIA_TYPE_VIDEO);
    if (!stream) throw new Refusal(`${path} has no pictures`);
    this.#stream = stream.index;
    this.#decoder.allocContext3(Codec.findDecoder(stream.codecpar.codecId));
    this.#decoder.parametersToContext(stream.codecpar);
    this.#decoder.threadCount = 1;
    await this.#decoder.open2(null, null);
    for (const one of [this.#packet, this.#out, this.#frame]) one.alloc();
    this.#graph.alloc();
    this.#graph.nbThreads = 1;
    const size = `video_size=${this.#decoder.width}x${this.#decoder.height}`;
    this.#source = this.#graph.createFilter(Filter.getByName('buffer')!, 'in', `${size}:pix_fmt=yuv420p:time_base=1/1000000`)!;
    this.#sink = this.#graph.createFilter(Filter.getByName('buffersink')!, 'out', null)!;
    const inputs = FilterInOut.createList([{ name: 'out', filterCtx: this.#sink, padIdx: 0 }]);
    const outputs = FilterInOut.createList([{ name: 'in', filterCtx: this.#source, padIdx: 0 }]);
    this.#graph.parsePtr('eq=contrast=1.1,format=yuv420p', inputs, outputs);
    await this.#graph.config();
    const codec = Codec.findEncoderByName('libvpx' as never)!;
    const encoder = this.#encoder;
    encoder.allocContext3(codec);
    [encoder.width, encoder.height, encoder.pixelFormat] = [this.#decoder.width, this.#decoder.height, AV_PIX_FMT_YUV420P];
    encoder.timeBase = new Rational(1, 1_000_000);
    encoder.framerate = new Rational(30, 1);
    encoder.bitRate = 1_500_000n;
    encoder.threadCount = 1;
    for (const [key, value] of [
      ['deadline', 'realtime'],
      ['cpu-used', '-6'],
      ['lag-in-frames', '0'],
    ])
      encoder.setOption(key!, value);
    await encoder.open2(codec, null);
  }

  nextSync(): void {
    const frame = this.#frame;
    while (this.#decoder.receiveFrameSync(frame) === AVERROR_EAGAIN) {
      if (this.#format.readFrameSync(this.#packet) < 0) return;
      if (this.#packet.streamIndex === this.#stream) this.#decoder.sendPacketSync(this.#packet);
      this.#packet.unref();
    }
    this.#stamp();
    this.#source.buffersrcAddFrameSync(frame);
    this.#sink.buffersinkGetFrameSync(frame);
    this.#encoder.sendFrameSync(frame);
    frame.unref();
    while (this.#encoder.receivePacketSync(this.#out) >= 0) this.#done();
  }

  async next(): Promise<void> {
    const frame = this.#frame;
    while ((await this.#decoder.receiveFrame(frame)) === AVERROR_EAGAIN) {
      if ((await this.#format.readFrame(this.#packet)) < 0) return;
      if (this.#packet.streamIndex === this.#stream) await this.#decoder.sendPacket(this.#packet);
      this.#packet.unref();
    }
    this.#stamp();
    await this.#source.buffersrcAddFrame(frame);
    await this.#sink.buffersinkGetFrame(frame);
    await this.#encoder.sendFrame(frame);
    frame.unref();
    while ((await this.#encoder.receivePacket(this.#out)) >= 0) this.#done();
  }

  #stamp(): void {
    this.#frame.pts = BigInt(Math.round(this.frames * FRAME_US));
    this.#frame.pictType = AV_PICTURE_TYPE_NONE;
  }

  #done(): void {
    this.frames++;
    this.bytes += this.#out.size;
    packetOut?.(this.#out.data!);
    this.#out.unref();
  }
}

let packetOut: ((bytes: Buffer) => void) | undefined;
const scheduler = createRealtimeScheduler();
const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** One run, in this process. */
async function runOne(way: string, path: string, seconds: number): Promise<void> {
  const film = new Film();
  let child: ChildProcess | undefined;
  let got = 0;
  if (way === 'child') {
    child = spawn(process.execPath, [...process.execArgv, process.argv[1]!, path, '--one', 'work'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    child.stdout!.on('data', (bytes: Buffer) => (got += bytes.length));
    await sleep(2000);
  } else if (way !== 'none') await film.open(path);
  let busy = false;
  let shed = 0;
  const video = () => {
    if (way === 'sync' || way === 'work') return film.nextSync();
    if (way !== 'async') return undefined;
    if (busy) return void shed++;
    busy = true;
    return void film.next().finally(() => (busy = false));
  };
  if (way === 'work') {
    packetOut = (bytes) => process.stdout.write(bytes);
    scheduler.every({ periodUs: FRAME_US, onTick: video });
    process.stdout.on('error', () => process.exit());
    process.stdin.resume().on('end', () => process.exit());
    return;
  }
  if (way !== 'child') scheduler.every({ periodUs: FRAME_US, onTick: video });
  const late = new Lateness();
  let counted = false;
  scheduler.every({
    periodUs: PERIOD_US,
    onTick: (tick) => {
      if (counted) late.record(tick.lateUs);
      const until = performance.now() + AUDIO_WORK_US / 1000;
      while (performance.now() < until);
    },
  });
  await sleep(2000);
  counted = true;
  const before = process.cpuUsage();
  const from = film.frames;
  await sleep(seconds * 1000);
  const used = process.cpuUsage(before);
  const { p50Us, p99Us, maxUs } = late.summary();
  const ms = (us: number) => Number((us / 1000).toFixed(2));
  const own = (used.user + used.system) / 1e4 / seconds;
  const line = {
    way,
    p50: ms(p50Us),
    p99: ms(p99Us),
    max: ms(maxUs),
    ownCpuPercent: Number(own.toFixed(1)),
    frames: film.frames - from,
    shed,
    childBytes: got,
  };
  console.log(JSON.stringify(line));
  child?.stdin!.end();
  // Not before the last asynchronous call is over: an exit in the midst of one aborts the process.
  scheduler.close();
  while (busy) await sleep(10);
  process.exit();
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '10' },
    repeats: { type: 'string', default: '3' },
    ways: { type: 'string', default: 'none,sync,async,child' },
    one: { type: 'string' },
  },
});
const USAGE =
  'Usage: node --experimental-strip-types bench/video-pacing.ts FILE.mp4 [--seconds 10] [--repeats 3] [--ways none,sync,async,child]';
const [path = ''] = positionals;

/** Whether the file is a film; says what is wrong otherwise. */
async function usable(): Promise<boolean> {
  try {
    if (path === '') throw new Refusal('no film was named');
    if (!existsSync(path)) throw new Refusal(`there is no file ${path}`);
    await new Film().open(path);
    return true;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    console.error(`${error.message}.\n${USAGE}`);
    return false;
  }
}

if (values.one !== undefined) await runOne(values.one, path, Number(values.seconds));
else if (!(await usable())) {
  scheduler.close();
  process.exitCode = 2;
} else {
  for (let i = 0; i < Number(values.repeats); i++) {
    for (const way of values.ways.split(',')) {
      const args = [...process.execArgv, process.argv[1]!, path, '--one', way, '--seconds', values.seconds];
      await new Promise((done) => spawn(process.execPath, args, { stdio: 'inherit' }).on('exit', done));
    }
  }
  scheduler.close();
}
