import { RTCSctpTransport, type RTCDataChannel, type RTCDtlsTransport } from 'werift';

/** What a client may receive of one endpoint, in lines of the picture. */
export interface Constraint {
  readonly minHeight?: number;
  readonly maxHeight: number;
}

/** A client's wish for videos (tgcalls GroupInstanceCustomImpl, `ReceiverVideoConstraints`). */
export interface ReceiverConstraints {
  readonly defaultConstraints: Constraint;
  readonly constraints: Readonly<Record<string, Constraint>>;
  readonly onStageEndpoints: readonly string[];
}

/** What a channel tells. */
export interface ColibriEvents {
  open(): void;
  constraints(wanted: ReceiverConstraints): void;
  violation(what: string): void;
}

/** The server's end of a client's data channel: SCTP over its DTLS, the stream 0 that the client opens, JSON with a `colibriClass`. */
export class ColibriChannel {
  readonly #sctp = new RTCSctpTransport(5000);
  readonly #dtls: RTCDtlsTransport;
  #channel: RTCDataChannel | undefined;

  /** @param dtls after its handshake. */
  constructor(dtls: RTCDtlsTransport, on: ColibriEvents) {
    this.#dtls = dtls;
    this.#sctp.setDtlsTransport(dtls);
    const inside = this.#sctp.sctp as unknown as { handleData(data: Buffer): Promise<void> };
    const handle = inside.handleData.bind(inside);
    // werift lets packets that are none reject a promise that nobody holds.
    inside.handleData = (data) => handle(data).catch(() => on.violation('SCTP packet'));
    this.#sctp.onDataChannel.subscribe((channel) => {
      // tgcalls opens exactly this one (SctpDataChannelProviderInterfaceImpl.cpp), and so does ntgcalls 3.0.5, as seen.
      if (channel.id !== 0 || channel.label !== 'data') on.violation(`data channel ${String(channel.id)} "${channel.label}"`);
      this.#channel = channel;
      channel.onMessage.subscribe((message) => read(String(message), on));
      on.open();
    });
    void this.#sctp.start(5000);
  }

  /** Says something to the client; lost while there is no channel. */
  send(message: Readonly<Record<string, unknown>> & { readonly colibriClass: string }): void {
    this.#channel?.send(JSON.stringify(message));
  }

  /** Sends bytes as if they were SCTP. */
  inject(bytes: Buffer): void {
    void this.#dtls.sendData(bytes).catch(() => {});
  }

  close(): void {
    void this.#sctp.stop().catch(() => {});
  }
}

function read(text: string, on: ColibriEvents): void {
  let json: Partial<ReceiverConstraints> & { colibriClass?: string };
  try {
    json = JSON.parse(text) as typeof json;
  } catch {
    return on.violation('data channel: no JSON');
  }
  if (json.colibriClass !== 'ReceiverVideoConstraints') return on.violation(`data channel: ${String(json.colibriClass)}`);
  const { defaultConstraints, constraints = {}, onStageEndpoints = [] } = json;
  if (typeof defaultConstraints?.maxHeight !== 'number') return on.violation('ReceiverVideoConstraints: defaultConstraints');
  for (const [endpoint, { maxHeight }] of Object.entries(constraints))
    if (typeof maxHeight !== 'number') return on.violation(`ReceiverVideoConstraints: ${endpoint}`);
  // On the stage is only what is wanted whole (tgcalls maybeUpdateRemoteVideoConstraints); ntgcalls 3.0.5 names nothing, as seen.
  if (onStageEndpoints.some((endpoint) => (constraints[endpoint]?.maxHeight ?? 0) < 720))
    on.violation('ReceiverVideoConstraints: onStageEndpoints');
  on.constraints({ defaultConstraints, constraints, onStageEndpoints });
}
