import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { chromiumPath } from '../../support/chromium.js';

/** Starts a headless Chromium whose microphone is a WAV file (or the browser's own beeps). */
export function launch(microphone?: string): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath(),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-background-timer-throttling',
      '--disable-renderer-backgrounding',
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      '--autoplay-policy=no-user-gesture-required',
      ...(microphone ? [`--use-file-for-fake-audio-capture=${microphone}`] : []),
    ],
  });
}

/** Runs in the audio thread: hands on what arrives, in blocks of 100 ms. */
const WORKLET = `registerProcessor('tap', class extends AudioWorkletProcessor {
  block = new Float32Array(4800); at = 0;
  process([[samples]]) {
    if (!samples) return true;
    for (const sample of samples) {
      this.block[this.at++] = sample;
      if (this.at === this.block.length) { this.port.postMessage(this.block); this.block = new Float32Array(4800); this.at = 0; }
    }
    return true;
  }
});`;

/** Runs in the audio thread: tells when sound begins after a silence, in seconds of its context. */
const ONSETS = `registerProcessor('onsets', class extends AudioWorkletProcessor {
  quiet = 0; at = 0;
  process([[samples]]) {
    for (let i = 0; samples && i < samples.length; i++) {
      if (Math.abs(samples[i]) < 0.1) { this.quiet++; continue; }
      if (this.quiet > 0.2 * sampleRate) this.port.postMessage(currentTime + i / sampleRate);
      this.quiet = 0;
    }
    return true;
  }
});`;

/** Uses the shipped WHIP and WHEP client, and records what it brings. */
const CLIENT = `import { connect } from '/whip-whep.js';
const WORKLET = ${JSON.stringify(WORKLET)}, ONSETS = ${JSON.stringify(ONSETS)};
let blocks = [], connections = {}, lost = [];
const context = new AudioContext({ sampleRate: 48000, latencyHint: 'playback' });
const ready = context.audioWorklet.addModule('data:text/javascript,' + encodeURIComponent(WORKLET));
const videos = {}, canvas = new OffscreenCanvas(640, 360), pen = canvas.getContext('2d', { willReadFrequently: true });
let beeps = [], flashes = [], shown = {}, heardTrack;
window.vox = {
  /** Notes when each picture is shown, when they turn bright, and when sound begins after a silence; all in milliseconds of the page. */
  async watch() {
    const fast = new AudioContext({ latencyHint: 'interactive' });
    await fast.audioWorklet.addModule('data:text/javascript,' + encodeURIComponent(ONSETS));
    const node = new AudioWorkletNode(fast, 'onsets');
    node.port.onmessage = ({ data }) => {
      const { contextTime, performanceTime } = fast.getOutputTimestamp();
      beeps.push(performanceTime + (data - contextTime) * 1000);
    };
    fast.createMediaStreamSource(new MediaStream([heardTrack])).connect(node).connect(fast.destination);
    const [small, bright] = [new OffscreenCanvas(8, 8), {}];
    const brush = small.getContext('2d', { willReadFrequently: true });
    for (const [purpose, video] of Object.entries(videos)) {
      shown[purpose] = [];
      const look = (now, { expectedDisplayTime }) => {
        video.requestVideoFrameCallback(look);
        shown[purpose].push(expectedDisplayTime);
        brush.drawImage(video, 0, 0, 8, 8);
        const lit = brush.getImageData(4, 4, 1, 1).data[1] > 120;
        if (lit && !bright[purpose]) flashes.push(expectedDisplayTime);
        bright[purpose] = lit;
      };
      video.requestVideoFrameCallback(look);
    }
  },
  watched() {
    const result = { beeps, flashes, shown: Object.fromEntries(Object.entries(shown).map(([purpose, times]) => [purpose, times.splice(0)])) };
    [beeps, flashes] = [[], []];
    return result;
  },
  async listen(room, participant) {
    await ready; await context.resume();
    connections.whep = await connect('whep', { room, participant, onLost: (reason) => lost.push(reason), onTrack(track, purpose) {
      const stream = new MediaStream([track]);
      if (purpose !== 'audio') {
        const video = videos[purpose] = document.body.appendChild(document.createElement('video'));
        video.muted = true; video.srcObject = stream; video.play();
        return;
      }
      heardTrack = track;
      // Without a playing element a remote track is silent in Web Audio.
      const element = document.body.appendChild(document.createElement('audio'));
      element.srcObject = stream; element.play();
      const tap = new AudioWorkletNode(context, 'tap');
      tap.port.onmessage = ({ data }) => blocks.push(data);
      context.createMediaStreamSource(stream).connect(tap).connect(context.destination);
    } });
  },
  async speak(room, participant, constraints) {
    const off = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
    const stream = await navigator.mediaDevices.getUserMedia({ audio: constraints ?? off });
    connections.whip = await connect('whip', { room, participant, tracks: { audio: stream.getAudioTracks()[0] }, onLost: (reason) => lost.push(reason) });
  },
  async show(purpose, what, codec) {
    let track;
    if (what === 'quarters') {
      const picture = document.createElement('canvas');
      [picture.width, picture.height] = [640, 360];
      const brush = picture.getContext('2d');
      const paint = () => ['rgb(220 20 20)', 'rgb(20 160 20)', 'rgb(20 20 220)', 'rgb(235 235 235)'].forEach((color, i) => {
        brush.fillStyle = color;
        brush.fillRect((i % 2) * 320, Math.floor(i / 2) * 180, 320, 180);
      });
      paint();
      setInterval(paint, 33);
      track = picture.captureStream(30).getVideoTracks()[0];
    } else if (what === 'camera') track = (await navigator.mediaDevices.getUserMedia({ video: { width: 640, height: 360 } })).getVideoTracks()[0];
    const { pc, send } = connections.whip;
    if (codec) {
      // What the answer allows, the wanted one first.
      const sender = pc.getTransceivers()[purpose === 'camera' ? 1 : 2].sender, parameters = sender.getParameters();
      parameters.encodings[0].codec = parameters.codecs.find(({ mimeType }) => mimeType.endsWith(codec));
      await sender.setParameters(parameters);
    }
    await send(purpose, track);
  },
  /** The colours around points of what a video shows: [r, g, b] each. */
  colors(purpose, points) {
    pen.drawImage(videos[purpose], 0, 0, canvas.width, canvas.height);
    return points.map(([x, y]) => {
      const { data } = pen.getImageData(Math.round(x * canvas.width) - 4, Math.round(y * canvas.height) - 4, 8, 8);
      return [0, 1, 2].map((i) => Math.round(data.reduce((sum, value, at) => (at % 4 === i ? sum + value : sum), 0) / 64));
    });
  },
  async video() {
    const all = {};
    for (const report of (await connections.whep.pc.getStats()).values())
      if (report.type === 'inbound-rtp' && report.kind === 'video') {
        const codec = (await connections.whep.pc.getStats()).get(report.codecId)?.mimeType;
        all[report.mid === '1' ? 'camera' : 'screen'] = { ...report, codec };
      }
    return all;
  },
  close(kind) { connections[kind].close(); delete connections[kind]; },
  lost: () => lost,
  seconds: () => blocks.length / 10,
  forget() { blocks = []; },
  pcm() {
    const bytes = new Uint8Array(blocks.length * 9600), view = new DataView(bytes.buffer);
    blocks.forEach((block, b) => block.forEach((x, i) =>
      view.setInt16((b * 4800 + i) * 2, Math.max(-32768, Math.min(32767, Math.round(x * 32768))), true)));
    let text = '';
    for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
    return btoa(text);
  },
  async inbound() {
    for (const report of (await connections.whep.pc.getStats()).values())
      if (report.type === 'inbound-rtp' && report.kind === 'audio') return report;
  },
};`;

/** What \`RTCPeerConnection.getStats\` says of received audio, as far as the tests look at it. */
export interface InboundStats {
  readonly packetsReceived: number;
  readonly packetsLost: number;
  readonly concealedSamples: number;
  readonly silentConcealedSamples: number;
  readonly totalSamplesReceived: number;
}

/** What it says of received video. */
export interface VideoStats {
  /** When, in milliseconds since 1970. */
  readonly timestamp: number;
  readonly codec: string;
  readonly framesDecoded: number;
  readonly framesDropped: number;
  readonly keyFramesDecoded: number;
  readonly freezeCount: number;
  readonly totalFreezesDuration: number;
  readonly frameWidth: number;
  readonly frameHeight: number;
  readonly packetsLost: number;
  readonly packetsReceived: number;
  readonly nackCount: number;
  readonly pliCount: number;
  readonly bytesReceived: number;
}

/** A page of the room's origin that listens and speaks with the shipped client and records what it hears. */
export class TestPage {
  private constructor(
    readonly page: Page,
    /** Errors the console showed. */
    readonly errors: readonly string[],
  ) {}

  static async open(context: Browser | BrowserContext, origin: string): Promise<TestPage> {
    const page = await context.newPage();
    const errors = watchErrors(page);
    const serve = (path: string, contentType: string, body: string) =>
      page.route(`${origin}/test/${path}`, (route) => route.fulfill({ contentType, body }));
    await serve('client.js', 'text/javascript', CLIENT);
    await serve(
      'page.html',
      'text/html',
      '<!doctype html><title>test</title><link rel="icon" href="data:,"><body><script type="module" src="client.js"></script>',
    );
    await page.goto(`${origin}/test/page.html`);
    await page.waitForFunction('window.vox !== undefined');
    return new TestPage(page, errors);
  }

  listen(room: string, participant?: string): Promise<void> {
    return this.#call('listen', room, participant);
  }

  speak(room: string, participant?: string, constraints?: object): Promise<void> {
    return this.#call('speak', room, participant, constraints);
  }

  /** Shows something as its camera or screen, once it speaks; `nothing` ends that. @param codec `VP8` or `H264`; absent: its own choice. */
  show(purpose: 'camera' | 'screen', what: 'quarters' | 'camera' | 'nothing', codec?: string): Promise<void> {
    return this.#call('show', purpose, what, codec);
  }

  /** Says goodbye. */
  leave(kind: 'whip' | 'whep'): Promise<void> {
    return this.#call('close', kind);
  }

  /** Why connections were lost, in order. */
  lost(): Promise<string[]> {
    return this.#call('lost');
  }

  /** Forgets what was heard so far, and waits for `seconds` of sound. */
  async record(seconds: number): Promise<Float32Array> {
    await this.forget();
    await this.page.waitForFunction(`window.vox.seconds() >= ${seconds}`, undefined, { timeout: seconds * 3000 + 30_000 });
    return this.heard();
  }

  /** Forgets what was heard so far. */
  forget(): Promise<void> {
    return this.#call('forget');
  }

  /** What was heard since. */
  async heard(): Promise<Float32Array> {
    const bytes = Buffer.from(await this.#call<string>('pcm'), 'base64');
    return Float32Array.from({ length: bytes.length / 2 }, (_, i) => bytes.readInt16LE(i * 2) / 32_768);
  }

  inbound(): Promise<InboundStats> {
    return this.#call('inbound');
  }

  /** Begins to note what {@link TestPage.watched} gives. */
  watch(): Promise<void> {
    return this.#call('watch');
  }

  /**
   * Since the last call, in milliseconds on the page's clock: when sound began after a silence, when the pictures turned bright, and when each
   * picture was shown.
   */
  watched(): Promise<{
    beeps: number[];
    flashes: number[];
    shown: Partial<Record<'camera' | 'screen', number[]>>;
  }> {
    return this.#call('watched');
  }

  /** What is received of each video, by purpose. */
  video(): Promise<Partial<Record<'camera' | 'screen', VideoStats>>> {
    return this.#call('video');
  }

  /** Colours, `[r, g, b]`, around points of what a video shows; a point is a share of its width and of its height. */
  colors(purpose: 'camera' | 'screen', points: readonly (readonly [number, number])[]): Promise<number[][]> {
    return this.#call('colors', purpose, points);
  }

  #call<T>(name: string, ...args: readonly unknown[]): Promise<T> {
    return this.page.evaluate(
      ([called, given]) =>
        (globalThis as unknown as { vox: Record<string, (...args: unknown[]) => unknown> }).vox[called]!(...given),
      [name, args] as [string, unknown[]],
    ) as Promise<T>;
  }
}

/** Collects what the console shows as an error, and what a page throws. */
export function watchErrors(page: Page): string[] {
  const errors: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(`${message.text()} ${message.location().url}`);
  });
  page.on('pageerror', (error) => errors.push(String(error)));
  return errors;
}
