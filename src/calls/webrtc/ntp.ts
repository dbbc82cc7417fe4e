/** Seconds from the NTP epoch (1900) to the Unix epoch. */
const NTP_UNIX_SECONDS = 2_208_988_800;

/** A time as sender reports carry it (RFC 3550, 4): seconds since 1900 modulo 2³², and a fraction in 1/2³² s. */
export interface NtpTime {
  readonly seconds: number;
  readonly fraction: number;
}

/** Microseconds (since 1970, or of any other steady clock) as NTP time. */
export function ntpFromUs(us: number): NtpTime {
  const seconds = Math.floor(us / 1e6);
  const fraction = Math.floor(((us - seconds * 1e6) / 1e6) * 4_294_967_296);
  return { seconds: (seconds + NTP_UNIX_SECONDS) % 4_294_967_296, fraction };
}

/** The middle 32 bits of an NTP time, in 1/65536 s: what report blocks send back as "last SR". */
export function ntpMiddle(time: NtpTime): number {
  return ((time.seconds & 0xffff) * 65_536 + Math.floor(time.fraction / 65_536)) >>> 0;
}
