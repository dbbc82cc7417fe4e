import { NEVER, Subject } from 'rxjs';
import type { GatewayVideo, VideoDemand, VideoPurpose, VideoSize } from '../../media/gateway-video.js';
import type { Packet } from '../../media/packet.js';
import { H264Transcoder } from '../../media/av/video/h264-transcoder.js';
import { type ParameterSets, readAccessUnit } from './flv.js';

/** Where pictures go. */
export interface PictureTarget {
  /** Whether they can be sent now; otherwise they are dropped up to the next key frame. */
  readonly ready: () => boolean;
  readonly header: (sets: ParameterSets, ptsUs: number) => void;
  readonly picture: (units: readonly Buffer[], key: boolean, ptsUs: number) => void;
}

/** Players begin at a key frame, and platforms want one so often. */
const KEY_EVERY_US = 2_000_000;
/** A key frame that was asked for and has not come is asked for again. */
const ASK_AGAIN_US = 500_000;
/** A camera that has shown nothing for so long gives way to the screen. */
const CAMERA_OVER_US = 3_000_000;

/** The pictures of an RTMP stream: one video, the camera or, while there is none, the screen; H.264, of VP8 it is made. */
export class RtmpVideo implements GatewayVideo {
  readonly videos$ = NEVER;
  readonly demands$ = new Subject<VideoDemand>();
  /** Frames that did not go out. */
  dropped = 0;
  frames = 0;
  readonly #target: PictureTarget;
  #transcoder: H264Transcoder | undefined;
  #purpose: VideoPurpose = 'camera';
  #cameraUs = -Infinity;
  #askedUs = -Infinity;
  #keyUs = -Infinity;
  #sets: ParameterSets | undefined;
  #told: ParameterSets | undefined;
  #needsKey = true;

  constructor(target: PictureTarget) {
    this.#target = target;
  }

  codecs(): readonly ('vp8' | 'h264')[] {
    return ['h264', 'vp8'];
  }

  send(packet: Packet, purpose: VideoPurpose, size: VideoSize = 'full'): void {
    // Whoever wires several sizes wires the whole one too.
    if (size !== 'full' || !this.#shows(purpose, packet.ptsUs)) return;
    if (packet.codec === 'h264') return this.#unit(Buffer.from(packet.data), packet.ptsUs);
    if (packet.codec !== 'vp8') return;
    this.#transcoder ??= new H264Transcoder(
      (data, ptsUs) => this.#unit(data, ptsUs),
      () => this.#demandKey(),
    );
    if (this.#target.ready()) this.#transcoder.push(packet);
    else {
      this.dropped++;
      this.#transcoder.skip();
    }
  }

  /** Another connection: it begins with a key frame. */
  restart(): void {
    this.#told = undefined;
    this.#needsKey = true;
    this.#askedUs = -Infinity;
    this.#demandKey();
  }

  close(): void {
    this.#transcoder?.close();
    this.demands$.complete();
  }

  #shows(purpose: VideoPurpose, ptsUs: number): boolean {
    if (purpose === 'camera') this.#cameraUs = ptsUs;
    const wanted = ptsUs - this.#cameraUs < CAMERA_OVER_US ? 'camera' : 'screen';
    if (wanted !== this.#purpose) {
      this.#purpose = wanted;
      this.#transcoder?.close();
      this.#transcoder = undefined;
      this.restart();
    }
    return purpose === wanted;
  }

  #unit(data: Buffer, ptsUs: number): void {
    const { units, sets, key } = readAccessUnit(data);
    if (sets) this.#sets = sets;
    if (!this.#target.ready()) this.#needsKey = true;
    if (key) this.#keyUs = ptsUs;
    const due = this.#needsKey ? ASK_AGAIN_US : KEY_EVERY_US;
    if (!key && ptsUs - Math.max(this.#keyUs, this.#askedUs) >= due) {
      this.#askedUs = ptsUs;
      this.#demandKey();
    }
    if (!this.#target.ready() || !this.#sets || (this.#needsKey && !key)) {
      this.dropped++;
      return;
    }
    this.#needsKey = false;
    if (key && !same(this.#told, this.#sets)) {
      this.#told = this.#sets;
      this.#target.header(this.#sets, ptsUs);
    }
    this.#target.picture(units, key, ptsUs);
    this.frames++;
  }

  #demandKey(): void {
    this.demands$.next({ type: 'key-frame', purpose: this.#purpose });
  }
}

function same(one: ParameterSets | undefined, other: ParameterSets): boolean {
  return one !== undefined && one.sps.equals(other.sps) && one.pps.equals(other.pps);
}
