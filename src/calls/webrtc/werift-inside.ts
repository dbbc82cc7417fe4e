import type { Candidate, Message, StunProtocol } from 'werift';

/** Members of werift's Connection that its types hide. */
export interface ConnectionInside {
  protocols: StunProtocol[];
  localCandidatesStart: boolean;
  ensureProtocol(protocol: StunProtocol): void;
  appendLocalCandidate(candidate: Candidate): void;
  buildRequest(request: {
    nominate: boolean;
    remoteUsername: string;
    localUsername: string;
    iceControlling: boolean;
    localCandidate: Candidate;
  }): Message;
}
