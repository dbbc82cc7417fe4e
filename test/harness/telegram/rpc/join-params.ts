import { RpcFault } from '../world/model.js';

/** What a client offers at a join, checked. */
export interface JoinParams {
  /** Signed. */
  readonly source: number;
  readonly groups: readonly { readonly semantics: string; readonly sources: readonly number[] }[];
}

const FIELDS = new Set(['ufrag', 'pwd', 'fingerprints', 'ssrc', 'ssrc-groups']);

function isSource(value: unknown): value is number {
  return typeof value === 'number' && value === (value | 0);
}

/**
 * Reads the JSON of a join as strictly as public clients agree that it looks (tgcalls GroupJoinPayloadInternal.cpp, ntgcalls getJoinPayload,
 * tweb processMediaSection); what ntgcalls 3.0.5 makes passes (test/interop/ntgcalls.test.ts). @throws RpcFault `DATA_JSON_INVALID`; `why` tells the test.
 */
export function readJoinParams(text: string, why: (reason: string) => void): JoinParams {
  const fail = (reason: string): never => {
    why(`join parameters: ${reason}`);
    throw new RpcFault(400, 'DATA_JSON_INVALID');
  };
  let value: Record<string, unknown> = {};
  try {
    value = JSON.parse(text) as Record<string, unknown>;
  } catch {
    fail('no JSON');
  }
  if (typeof value !== 'object' || value === null) fail('no object');
  const unknown = Object.keys(value).filter((key) => !FIELDS.has(key));
  if (unknown.length > 0) fail(`unknown ${unknown.join(', ')}`);
  const { ufrag, pwd, fingerprints, ssrc } = value;
  // RFC 8445: at least 24 and 128 bits of chance, at most 256 letters.
  if (typeof ufrag !== 'string' || !/^[A-Za-z0-9+/]{4,256}$/.test(ufrag)) fail('ufrag');
  if (typeof pwd !== 'string' || !/^[A-Za-z0-9+/]{22,256}$/.test(pwd)) fail('pwd');
  if (!Array.isArray(fingerprints) || fingerprints.length === 0) fail('no fingerprint');
  for (const print of fingerprints as Record<string, unknown>[]) {
    if (print['hash'] !== 'sha-256' || !/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/.test(String(print['fingerprint']))) fail('fingerprint');
    // Belief: with "active" the DTLS of newer clients hangs (tweb); native ones always say passive.
    if (print['setup'] !== 'passive') fail(`setup ${String(print['setup'])}`);
  }
  if (!isSource(ssrc)) fail('ssrc is no signed 32-bit number');
  const groups = (value['ssrc-groups'] ?? []) as { semantics: string; sources: number[] }[];
  if (!Array.isArray(groups)) fail('ssrc-groups');
  const used = new Set<number>();
  for (const { semantics, sources } of groups) {
    if (semantics !== 'SIM' && semantics !== 'FID') fail(`group ${semantics}`);
    if (!Array.isArray(sources) || sources.length < 2 || !sources.every(isSource)) fail(`${semantics} sources`);
    if (semantics === 'FID' && sources.length !== 2) fail('FID of more than a source and its retransmissions');
    for (const source of sources) used.add(source);
  }
  if (used.has(ssrc as number)) fail('the audio source among the video sources');
  return { source: ssrc as number, groups };
}
