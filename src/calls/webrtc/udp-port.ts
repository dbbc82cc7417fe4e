import { createSocket, type Socket } from 'node:dgram';
import { isIPv4, isIPv6, type AddressInfo } from 'node:net';
import { voxError } from '../../errors.js';

/** Bends the way of datagrams, for tests: each may be passed on at once, later, twice or never. */
export interface NetworkHook {
  /** A datagram on its way out. */
  outbound(datagram: Buffer, pass: (datagram: Buffer) => void): void;
  /** A datagram on its way in. */
  inbound(datagram: Buffer, pass: (datagram: Buffer) => void): void;
}

/** How to open a {@link UdpPort}. */
export interface UdpPortOptions {
  /** One of this machine's own IP addresses; nothing is heard on others. */
  readonly address: string;
  /** Lowest and highest port; absent: the system chooses. */
  readonly portRange?: readonly [number, number];
  readonly network?: NetworkHook;
}

const IN_USE = 'EADDRINUSE';

/**
 * One UDP socket, in the shape that werift's STUN protocol expects of a transport. (werift's own binds without an error
 * listener, so that a taken port or a foreign address would end the process, and tests ports by opening and closing them.)
 */
export class UdpPort {
  readonly type = 'udp';
  /** True from `close()` on. */
  closed = false;
  /** Gets every datagram; set by its user. */
  onData: (data: Buffer, from: readonly [string, number]) => void = () => {};
  readonly #socket: Socket;
  readonly #network: NetworkHook | undefined;

  private constructor(socket: Socket, network: NetworkHook | undefined) {
    this.#socket = socket;
    this.#network = network;
    // An unreachable peer shows as silence; the socket itself stays usable.
    socket.on('error', () => {});
    socket.on('message', (data, from) => {
      const zone = from.address.indexOf('%');
      const address: [string, number] = [zone < 0 ? from.address : from.address.slice(0, zone), from.port];
      if (!network) return this.onData(data, address);
      network.inbound(data, (datagram) => {
        if (!this.closed) this.onData(datagram, address);
      });
    });
  }

  /**
   * Opens a port.
   *
   * @throws VoxError ADDRESS_UNAVAILABLE when the address is not this machine's, PORT_TAKEN when no port of the range is free.
   */
  static async open(options: UdpPortOptions): Promise<UdpPort> {
    const { address, portRange, network } = options;
    if (!isIPv4(address) && !isIPv6(address)) throw voxError('ADDRESS_UNAVAILABLE', { host: address });
    const [low, high] = portRange ?? [0, 0];
    for (let port = low; port <= high; port++) {
      const socket = await bind(address, port).catch((error: NodeJS.ErrnoException) => error);
      if (!(socket instanceof Error)) return new UdpPort(socket, network);
      if (socket.code !== IN_USE) throw voxError('ADDRESS_UNAVAILABLE', { host: address });
    }
    throw voxError('PORT_TAKEN', { host: address, port: `${low}–${high}`, next: high + 1 });
  }

  /** 4 or 6. */
  get addressFamily(): 4 | 6 {
    return this.address.family === 'IPv6' ? 6 : 4;
  }

  /** Where it listens. */
  get address(): AddressInfo {
    return this.#socket.address();
  }

  /** Sends now; a datagram the system refuses is lost, as on any network. */
  sendNow(data: Buffer, host: string, port: number): void {
    if (this.closed) return;
    if (!this.#network) return this.#write(data, host, port);
    this.#network.outbound(data, (datagram) => this.#write(datagram, host, port));
  }

  /** The same for werift, which awaits it. */
  readonly send = async (data: Buffer, to?: readonly [string, number]): Promise<void> => {
    if (to) this.sendNow(data, to[0], to[1]);
  };

  /** Closes the socket; resolves when the system has it back. */
  readonly close = (): Promise<void> => {
    if (this.closed) return Promise.resolve();
    this.closed = true;
    return new Promise((resolve) => this.#socket.close(() => resolve()));
  };

  #write(data: Buffer, host: string, port: number): void {
    if (this.closed) return;
    try {
      // Without a callback, whose only use would be to be called: what fails is lost, as on any network.
      this.#socket.send(data, port, host);
    } catch {
      // Port 0 or a foreign address family in what the peer told us: such a path just does not work.
    }
  }
}

function bind(address: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const family = isIPv6(address) ? 6 : 4;
    // Only literal addresses are ever used; answering at once saves a trip around the event loop for each datagram.
    const lookup = (host: string, _options: unknown, done: (error: null, address: string, family: number) => void): void =>
      done(null, host, family);
    const socket = createSocket({ type: family === 6 ? 'udp6' : 'udp4', lookup });
    socket.once('error', (error) => {
      socket.close();
      reject(error);
    });
    socket.bind({ port, address, exclusive: true }, () => {
      socket.removeAllListeners('error');
      resolve(socket);
    });
  });
}
