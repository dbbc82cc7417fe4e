import { createSocket, type Socket } from 'node:dgram';
import { generateKeyPairSync, sign } from 'node:crypto';
import { classes, Message, methods, RTCDtlsTransport } from 'werift';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { provesPossession, type HandshakeRecord } from '../../../src/calls/webrtc/dtls-verify.js';
import { isAuthenticRequest, isStun, isStunRequest } from '../../../src/calls/webrtc/stun.js';
import { UdpPort } from '../../../src/calls/webrtc/udp-port.js';
import { until } from './support/libwebrtc.js';
import { chromiumOffer } from './support/offers.js';
import { Session } from './support/session.js';

function request(username: string, password?: string): Buffer {
  const message = new Message(methods.BINDING, classes.REQUEST);
  message.setAttribute('USERNAME', username).setAttribute('PRIORITY', 1).setAttribute('ICE-CONTROLLING', 5n);
  if (password !== undefined) message.addMessageIntegrity(Buffer.from(password)).addFingerprint();
  return message.bytes;
}

describe('a binding request', () => {
  it('is authentic only with our name and password, unchanged', () => {
    const good = request('ours:theirs', 'secret');
    expect(isStun(good) && isStunRequest(good)).toBe(true);
    expect(isAuthenticRequest(good, 'ours', 'secret')).toBe(true);
    expect(isAuthenticRequest(good, 'ours', 'other')).toBe(false);
    expect(isAuthenticRequest(good, 'mine', 'secret')).toBe(false);
    expect(isAuthenticRequest(request('ours:theirs'), 'ours', 'secret')).toBe(false);
    for (let at = 4; at < good.length - 28; at++) {
      const bad = Buffer.from(good);
      bad[at]! ^= 1;
      expect(isAuthenticRequest(bad, 'ours', 'secret'), `byte ${at}`).toBe(false);
    }
    for (let length = 20; length < good.length; length++)
      expect(isAuthenticRequest(good.subarray(0, length), 'ours', 'secret')).toBe(false);
  });
});

describe('a peer', () => {
  let session: Session;
  let socket: Socket;
  const answers: Buffer[] = [];
  beforeEach(async () => {
    session = new Session();
    answers.length = 0;
    socket = createSocket('udp4');
    socket.on('message', (data) => answers.push(data));
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    session.onEnd(() => new Promise<void>((resolve) => socket.close(() => resolve())));
  });
  afterEach(() => session.end());

  it('answers nobody but who knows its password', async () => {
    const peer = await session.peer();
    await peer.answer(chromiumOffer);
    const { ufrag, pwd, candidates } = peer.localParams();
    const [ours] = candidates;
    const send = (data: Buffer): void => socket.send(data, ours!.port, ours!.ip);
    send(request(`${ufrag}:Jx9k`));
    send(request(`${ufrag}:Jx9k`, 'wrong'));
    send(Buffer.from('16feff0000000000000000', 'hex'));
    send(Buffer.alloc(100, 0x80));
    send(Buffer.alloc(1));
    send(Buffer.alloc(0));
    const good = request(`${ufrag}:Jx9k`, pwd);
    send(good);
    await until(() => answers.some((data) => data.readUInt16BE(0) === 0x0101));
    // The first answer is to the last request: its transaction id.
    const responses = answers.filter((data) => data.readUInt16BE(0) === 0x0101);
    expect(responses.every((data) => data.subarray(8, 20).equals(good.subarray(8, 20)))).toBe(true);
    expect(peer.state.type).toBe('connecting');
  });

  it('tells no address but those it was given', async () => {
    const peer = await session.peer();
    expect(peer.localParams().candidates).toMatchObject([{ ip: '127.0.0.1', type: 'host', protocol: 'udp', component: 1 }]);
  });

  it('refuses an address that is not this machine’s, and a range of taken ports', async () => {
    await expect(session.peer({ addresses: ['192.0.2.250'] })).rejects.toMatchObject({ code: 'ADDRESS_UNAVAILABLE' });
    await expect(session.peer({ addresses: ['localhost'] })).rejects.toMatchObject({ code: 'ADDRESS_UNAVAILABLE' });
    const { port } = socket.address();
    await expect(session.peer({ portRange: [port, port] })).rejects.toMatchObject({ code: 'PORT_TAKEN' });
    const peer = await session.peer({ portRange: [port, port + 20] });
    expect(peer.localParams().candidates[0]!.port).toBeGreaterThan(port);
  });

  it('is closed by a bad offer, and by close() at any time', async () => {
    const peer = await session.peer();
    await expect(peer.answer('nonsense')).rejects.toMatchObject({ code: 'BAD_OFFER' });
    expect(peer.state).toEqual({ type: 'closed', reason: 'closed' });
    const listener = await session.peer({ send: false, receive: false });
    await expect(listener.answer(chromiumOffer)).rejects.toMatchObject({ code: 'BAD_OFFER' });
    const other = await session.peer();
    await Promise.all([other.close(), other.close()]);
    await other.close();
    const states: string[] = [];
    other.state$.subscribe({ next: (state) => states.push(state.type), complete: () => states.push('done') });
    expect(states).toEqual(['closed', 'done']);
    other.sendAudio({ kind: 'packet', codec: 'opus', ptsUs: 0, durationUs: 20_000, key: true, data: Buffer.from('x') });
    expect(other.stats()).toMatchObject({ state: 'closed', unsent: 1, incoming: [] });
  });
});

describe('UdpPort', () => {
  it('survives sending to impossible addresses', async () => {
    const port = await UdpPort.open({ address: '127.0.0.1' });
    port.sendNow(Buffer.from('x'), '127.0.0.1', 0);
    port.sendNow(Buffer.from('x'), '::1', 9);
    await port.send(Buffer.from('x'));
    await port.close();
    await port.close();
    port.sendNow(Buffer.from('x'), '127.0.0.1', 9);
    expect(port.closed).toBe(true);
  });
});

describe('CertificateVerify', () => {
  it('must be signed by the key of the certificate', async () => {
    const certificate = await RTCDtlsTransport.SetupCertificate();
    const der = Buffer.from(certificate.certPem.replace(/-----.*-----|\s/g, ''), 'base64');
    const record = (msg_type: number, fragment: Buffer): HandshakeRecord => ({
      msg_type,
      fragment,
      serialize: () => Buffer.concat([Buffer.from([msg_type]), fragment]),
    });
    const before = [
      record(1, Buffer.from('hello')),
      record(11, Buffer.from('certificate')),
      record(16, Buffer.from('key exchange')),
    ];
    const transcript = (key: Parameters<typeof sign>[2]): HandshakeRecord[] => {
      const signature = sign('sha256', Buffer.concat(before.map((r) => r.serialize())), key);
      const fragment = Buffer.concat([Buffer.from([4, 3, 0, signature.length]), signature]);
      return [...before, record(15, fragment), record(20, Buffer.from('finished'))];
    };
    const right = transcript(certificate.privateKey);
    expect(provesPossession(right, der)).toBe(true);
    expect(provesPossession(transcript(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey), der)).toBe(false);
    expect(provesPossession([record(1, Buffer.from('other')), ...right.slice(1)], der)).toBe(false);
    expect(provesPossession(before, der)).toBe(false);
    expect(provesPossession([...before, record(15, Buffer.from([4, 3, 0, 200, 1]))], der)).toBe(false);
    expect(provesPossession(right, Buffer.from('no certificate'))).toBe(false);
  });
});
