import { readJoinParams } from '../rpc/join-params.js';

/** What the SFU takes from a client's join. */
export interface JoinRequest {
  readonly ufrag: string;
  readonly pwd: string;
  /** SHA-256, hex pairs with colons. */
  readonly fingerprint: string;
  /** Unsigned. */
  readonly source: number;
  /** Unsigned. */
  readonly groups: readonly { readonly semantics: string; readonly sources: readonly number[] }[];
}

/** Reads the parameters of a join as strictly as the data centre does. @throws RpcFault `DATA_JSON_INVALID`. */
export function readJoin(text: string, why: (reason: string) => void): JoinRequest {
  const { source, groups } = readJoinParams(text, why);
  const { ufrag, pwd, fingerprints } = JSON.parse(text) as {
    ufrag: string;
    pwd: string;
    fingerprints: { fingerprint: string }[];
  };
  return {
    ufrag,
    pwd,
    fingerprint: fingerprints[0]!.fingerprint,
    source: source >>> 0,
    groups: groups.map(({ semantics, sources }) => ({ semantics, sources: sources.map((one) => one >>> 0) })),
  };
}
