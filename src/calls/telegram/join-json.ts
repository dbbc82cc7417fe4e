import { reasonOf } from '../../errors.js';
import { CallError, callFailure } from '../../machines/failure.js';
import type {
  Fingerprint,
  HeaderExtension,
  IceCandidate,
  MediaAnswer,
  PayloadType,
  TransportAnswer,
  TransportParams,
} from '../../machines/transport.js';

/** A source as Telegram writes it: a signed number. */
export function toSigned(source: number): number {
  return source | 0;
}

/** A source as everybody else writes it: an unsigned number. */
export function toUnsigned(source: number): number {
  return source >>> 0;
}

/**
 * What is offered at a join, in the form on which tgcalls (GroupJoinPayloadInternal.cpp), ntgcalls (getJoinPayload) and tweb
 * (processMediaSection) agree.
 */
export function joinJson({ ice, source, sourceGroups }: TransportParams): string {
  if (!ice) throw new TypeError('a Telegram call needs ICE');
  return JSON.stringify({
    ufrag: ice.ufrag,
    pwd: ice.pwd,
    fingerprints: ice.fingerprints.map((one) => ({ hash: one.hash, setup: one.setup, fingerprint: one.fingerprint })),
    ssrc: toSigned(source),
    ...(sourceGroups.length > 0 && {
      'ssrc-groups': sourceGroups.map(({ semantics, sources }) => ({ semantics, sources: sources.map(toSigned) })),
    }),
  });
}

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads the server's answer to a join. Whatever it does not need it ignores; numbers may be written as strings, as Telegram does.
 *
 * @throws CallError `TELEGRAM_ANSWER_UNREADABLE`, which says what is missing; it is tried again.
 */
export function readAnswer(text: string): TransportAnswer {
  try {
    const json = object(JSON.parse(text), 'it');
    if (isBroadcast(json)) return { kind: 'broadcast', rtmp: json['rtmp'] === true };
    const transport = object(json['transport'], 'transport');
    const { audio, video } = json;
    return {
      kind: 'webrtc',
      ice: {
        ufrag: string(transport['ufrag'], 'transport.ufrag'),
        pwd: string(transport['pwd'], 'transport.pwd'),
        fingerprints: list(transport['fingerprints'], 'transport.fingerprints').map(fingerprint),
      },
      candidates: readable(list(transport['candidates'], 'transport.candidates'), candidate),
      ...(audio !== undefined && { audio: media(object(audio, 'audio'), 'audio') }),
      ...(video !== undefined && { video: videoAnswer(object(video, 'video')) }),
    };
  } catch (error) {
    throw new CallError(callFailure('TELEGRAM_ANSWER_UNREADABLE', { reason: reasonOf(error) }, 'backoff'));
  }
}

/** `stream` or `rtmp`, said or at least named: tdesktop reads whether it is true, ntgcalls whether it is there. */
function isBroadcast({ stream, rtmp, transport }: Json): boolean {
  if (stream === true || rtmp === true) return true;
  return transport === undefined && (stream !== undefined || rtmp !== undefined);
}

/** What of a list can be read: what is new in it, or broken, is of no use, but the rest is (as in tgcalls). */
function readable<T>(values: readonly unknown[], read: (value: unknown) => T): T[] {
  return values.flatMap((value) => {
    try {
      return [read(value)];
    } catch {
      return [];
    }
  });
}

function fingerprint(value: unknown): Fingerprint {
  const json = object(value, 'a fingerprint');
  const setup = string(json['setup'], 'fingerprint.setup');
  if (setup !== 'active' && setup !== 'passive' && setup !== 'actpass') throw new Error(`fingerprint.setup is "${setup}"`);
  return {
    hash: string(json['hash'], 'fingerprint.hash'),
    setup,
    fingerprint: string(json['fingerprint'], 'fingerprint.fingerprint'),
  };
}

function candidate(value: unknown): IceCandidate {
  const json = object(value, 'a candidate');
  const protocol = string(json['protocol'], 'candidate.protocol').toLowerCase();
  const type = typeof json['type'] === 'string' ? json['type'] : 'host';
  return {
    foundation: typeof json['foundation'] === 'string' ? json['foundation'] : '0',
    component: json['component'] === undefined ? 1 : number(json['component'], 'candidate.component'),
    // Others than these are of no use; the transport passes over TCP.
    protocol: protocol === 'udp' ? 'udp' : 'tcp',
    priority: json['priority'] === undefined ? 0 : number(json['priority'], 'candidate.priority'),
    ip: string(json['ip'], 'candidate.ip'),
    port: number(json['port'], 'candidate.port'),
    type: type === 'srflx' || type === 'prflx' || type === 'relay' ? type : 'host',
  };
}

function media(json: Json, where: string): MediaAnswer {
  return {
    payloadTypes: readable(list(json['payload-types'] ?? [], `${where}.payload-types`), (value) => payloadType(value, where)),
    extensions: readable(list(json['rtp-hdrexts'] ?? [], `${where}.rtp-hdrexts`), (value): HeaderExtension => {
      const extension = object(value, `${where}: an extension`);
      return { id: number(extension['id'], `${where}: extension.id`), uri: string(extension['uri'], `${where}: extension.uri`) };
    }),
  };
}

function payloadType(value: unknown, where: string): PayloadType {
  const json = object(value, `${where}: a payload type`);
  const given = json['parameters'];
  // An empty list stands for no parameters.
  const parameters = typeof given === 'object' && given !== null && !Array.isArray(given) ? (given as Json) : {};
  const feedback = readable(list(json['rtcp-fbs'] ?? [], `${where}: rtcp-fbs`), (one) => {
    const { type, subtype } = object(one, `${where}: rtcp-fb`);
    return typeof subtype === 'string' && subtype !== '' ? `${String(type)} ${subtype}` : String(type);
  });
  return {
    id: number(json['id'], `${where}: payload type id`),
    name: string(json['name'], `${where}: payload type name`),
    clockRate: json['clockrate'] === undefined ? 0 : number(json['clockrate'], `${where}: clockrate`),
    ...(json['channels'] !== undefined && { channels: number(json['channels'], `${where}: channels`) }),
    parameters: Object.fromEntries(
      Object.entries(parameters).filter((entry): entry is [string, string | number] =>
        ['string', 'number'].includes(typeof entry[1]),
      ),
    ),
    feedback,
  };
}

function videoAnswer(json: Json): MediaAnswer & { readonly endpoint?: string; readonly serverSources: readonly number[] } {
  const sources = list(json['server_sources'] ?? [], 'video.server_sources');
  return {
    ...media(json, 'video'),
    ...(typeof json['endpoint'] === 'string' && { endpoint: json['endpoint'] }),
    serverSources: readable(sources, (source) => toUnsigned(number(source, 'video.server_sources'))),
  };
}

function object(value: unknown, what: string): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  throw new Error(`${what} is missing or no object`);
}

function list(value: unknown, what: string): readonly unknown[] {
  if (Array.isArray(value)) return value as unknown[];
  throw new Error(`${what} is missing or no list`);
}

function string(value: unknown, what: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new Error(`${what} is missing`);
}

function number(value: unknown, what: string): number {
  const read = typeof value === 'string' && value !== '' ? Number(value) : value;
  if (typeof read === 'number' && Number.isFinite(read)) return read;
  throw new Error(`${what} is missing or no number`);
}
