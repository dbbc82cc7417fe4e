import type { Observable } from 'rxjs';
import type { AudioFrame } from '../media/frame.js';
import type { Packet, PacketCodec } from '../media/packet.js';
import type { VideoFrame } from '../media/video-frame.js';

/** What flows over a wire. */
export type PortKind = 'audio' | 'video' | 'packets' | 'events';

/** A plain-JSON fact on an `events` wire, such as a measured level. */
export interface WireEvent {
  /** When it holds, in microseconds on the graph's clock. */
  readonly ptsUs: number;
  /** What happened, in the past tense, such as `level.measured`. */
  readonly type: string;
  /** Its particulars. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** The value type of each kind of wire. */
export interface PayloadOf {
  /** Planar Float32 audio, 20 ms a frame. */
  audio: AudioFrame;
  /** Pictures. */
  video: VideoFrame;
  /** Encoded packets. */
  packets: Packet;
  /** Plain-JSON facts. */
  events: WireEvent;
}

/**
 * How many wires a port takes: exactly `one`; `optional`, none or one; `many`, any number, which may join and leave while the
 * graph runs.
 */
export type Arity = 'one' | 'optional' | 'many';

/** What a port insists on beyond its kind. Audio is always 48 kHz planar Float32, one or two channels, and every node takes either. */
export interface PortFormat {
  /** The only codec of its packets; of an input also several of which it takes any. Absent: any. */
  readonly codec?: PacketCodec | readonly PacketCodec[];
}

/** What a port insists on, in words: `vp8`, `vp8 or h264`; undefined: nothing. */
export function codecName(codec: PortFormat['codec']): string | undefined {
  return typeof codec === 'string' || codec === undefined ? codec : codec.join(' or ');
}

/** The declaration of a port: data, from which types, checks, docs and drawings come. */
export interface PortSpec<K extends PortKind = PortKind, A extends Arity = Arity> {
  /** What flows. */
  readonly kind: K;
  /** How many wires. */
  readonly arity: A;
  /** What the port is for, as one sentence. */
  readonly about: string;
  /** What it takes or gives beyond its kind. */
  readonly format?: PortFormat;
}

/** The ports of one side of a node, by name. */
export type Ports = Readonly<Record<string, PortSpec>>;

/** One of the wires of a `many` port. It leaves by completing. */
export interface Branch<T> {
  /** Unique among the port's present branches: the node's name, or the participant's id. */
  readonly id: string;
  /** What flows on it. */
  readonly stream$: Observable<T>;
}

/** What a port of this declaration is, as a node's code sees it. */
export type PortStream<P extends PortSpec> = P['arity'] extends 'many'
  ? Observable<Branch<PayloadOf[P['kind']]>>
  : P['arity'] extends 'optional'
    ? Observable<PayloadOf[P['kind']]> | undefined
    : Observable<PayloadOf[P['kind']]>;

/** The streams of a set of ports, by name. */
export type PortStreams<P extends Ports> = { readonly [K in keyof P]: PortStream<P[K]> };

function port<K extends PortKind>(kind: K, about: string): PortSpec<K, 'one'> {
  return { kind, arity: 'one', about };
}

/** An audio port that takes, or gives, one wire. */
export function audio(about: string): PortSpec<'audio', 'one'> {
  return port('audio', about);
}

/** A video port that takes, or gives, one wire. */
export function video(about: string): PortSpec<'video', 'one'> {
  return port('video', about);
}

/** A port for encoded packets that takes, or gives, one wire; of any codec unless `format` names one. */
export function packets(about: string, format?: PortFormat): PortSpec<'packets', 'one'> {
  return format ? { ...port('packets', about), format } : port('packets', about);
}

/** A port for plain-JSON facts. */
export function events(about: string): PortSpec<'events', 'one'> {
  return port('events', about);
}

/** The same port with any number of branches, which may join and leave while the graph runs. */
export function many<K extends PortKind>(spec: PortSpec<K>): PortSpec<K, 'many'> {
  return { ...spec, arity: 'many' };
}

/** The same port, which may stay unwired. */
export function optional<K extends PortKind>(spec: PortSpec<K>): PortSpec<K, 'optional'> {
  return { ...spec, arity: 'optional' };
}
