import { RTCSctpTransport, type RTCDtlsTransport } from 'werift';

/** SCTP's port on both sides (RFC 8841, 5). */
const PORT = 5000;
/** Payload protocol ids of SCTP (RFC 8831, 8). */
const [DCEP, STRING, STRING_EMPTY] = [50, 51, 56];
const [ACK, OPEN] = [0x02, 0x03];
const HEADER_BYTES = 12;
/** What does not get through is not kept without end. */
const MOST_WAITING = 64;

/** What a data channel tells its owner. */
export interface DataChannelEvents {
  /** The other side has taken it. */
  open(): void;
  /** A message in text. */
  message(text: string): void;
}

/** A data channel to open, and who is told of it. */
export interface DataChannelOptions extends DataChannelEvents {
  /** Its name, ASCII. */
  readonly label: string;
  /** Its stream of SCTP, both ways. */
  readonly streamId: number;
}

/**
 * One data channel for text, with a stream id of our choice, which we open (RFC 8832), reliable and in order. Of werift only its SCTP is
 * used: its own channels cannot have the id 0 as the one that opens.
 */
export class DataChannel {
  readonly #transport = new RTCSctpTransport(PORT);
  readonly #streamId: number;
  readonly #waiting: string[] = [];
  #open = false;
  #closed = false;

  /**
   * Begins to connect.
   *
   * @param dtls after its handshake; we must be the controlling side of its ICE.
   * @param options name, stream and whom to tell.
   */
  constructor(dtls: RTCDtlsTransport, options: DataChannelOptions) {
    const { label, streamId } = options;
    this.#streamId = streamId;
    const transport = this.#transport;
    transport.setDtlsTransport(dtls);
    const { sctp } = transport;
    const inside = sctp as unknown as { handleData(data: Buffer): Promise<void> };
    const handle = inside.handleData.bind(sctp);
    // For what is no packet of SCTP werift rejects a promise that nobody holds.
    inside.handleData = (data) => handle(data).catch(() => {});
    sctp.onReceive.allUnsubscribe();
    sctp.onReceive.subscribe((stream, ppid, data) => {
      if (stream !== streamId || this.#closed) return;
      if (ppid === STRING || ppid === STRING_EMPTY) options.message(ppid === STRING ? data.toString('utf8') : '');
      else if (ppid === DCEP && data[0] === ACK && !this.#open) {
        this.#open = true;
        for (const text of this.#waiting.splice(0)) this.send(text);
        options.open();
      }
    });
    sctp.stateChanged.connected.subscribe(() => this.#write(DCEP, openMessage(label)));
    sctp.stateChanged.closed.subscribe(() => (this.#closed = true));
    void transport.start(PORT);
  }

  /** Sends a message; before the channel is open it waits, and the oldest of too many is lost. */
  send(text: string): void {
    if (this.#closed) return;
    if (this.#open)
      return text === '' ? this.#write(STRING_EMPTY, Buffer.alloc(1)) : this.#write(STRING, Buffer.from(text, 'utf8'));
    this.#waiting.push(text);
    if (this.#waiting.length > MOST_WAITING) this.#waiting.shift();
  }

  /** Ends the association. Idempotent. */
  close(): void {
    this.#closed = true;
    void this.#transport.stop().catch(() => {});
  }

  #write(ppid: number, data: Buffer): void {
    this.#transport.sctp.send(this.#streamId, ppid, data, { ordered: true }).catch(() => {});
  }
}

/** DATA_CHANNEL_OPEN of a reliable channel in order, priority 0, no protocol (RFC 8832, 5.1). */
function openMessage(label: string): Buffer {
  const out = Buffer.alloc(HEADER_BYTES + label.length);
  out[0] = OPEN;
  out.writeUInt16BE(label.length, 8);
  out.write(label, HEADER_BYTES, 'latin1');
  return out;
}
