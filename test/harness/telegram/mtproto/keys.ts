import { constants, createHash, createPrivateKey, createPublicKey, privateDecrypt } from 'node:crypto';
import { fromBig } from './crypto.js';

/** The test key of the local data centre; clients of the tests trust it, nobody else does. */
const PEM = `
-----BEGIN RSA PRIVATE KEY-----
MIIEowIBAAKCAQEAveBLCQ5WbA6GBjL0Wt3XzdH84aJpLaYD4bA0PyX5Wnvf4R3f
K2tG9u1YOxI5WTnIzqs83O2i1jo14Cgvw6LoCwam6jTtIBXo0B5b/tk9PwnJogWT
pG6dSI3yrCsysqUsytMVgAJ/4oN6WpBZTFuKsl4KWqSY1YF1OXz4/msnmyw94S70
sFqkjo7LEiZGaNEtruSmbtSsvoqmYf4PyNVCmXkF6V5U+HRGy9725hKW42mfZQwy
X5iAaIBXvuPopgCOIAdHHvQLpLdUzqtsi7jx3of+2As1Pe+qRlIUtffl0QIRTQUh
+JQHc4KUy80BC9Bvj2d14F6/7NGU1S4DWJKClwIDAQABAoIBAALW28hi4n/zJ6Xo
FSdWseduAG4PU6tPFDfHvsBC/RuRRqPDIpcvn3wJyIv5lcnzx0Dv5pUXKJwzeqLD
dxNh2D5x9wUBjZoxOa4DBjUlYnkS2GUH2FFZJhjzpnFUpAlv1t+hkGy9nNPyS14X
Un6Fz+ki5ty8IVzv9qTJbZ/AUnNLi3gTdpRM3AlZgXC6Wh4tPPxmKLQb0vGsdHKb
3Tq4eklMJVz7a4zY97ivW/AnVvgNH5zl5ByrniHN/rr0x8O6Rd1SAM5tE4Xrv6F1
H5jWq1TM1TLaUxXR+k7nXNagNba4Do8Kuf+tH4AXnpezMUm/pnObTUrs8VPnNCNT
2ZSp/0ECgYEA5S5FOAQdgbUQQghJ4mi5RzvkIv1fUD9D/W1w+9kDXU/c2yyzQIVh
3WcUKstbY6UUpw1xCK2VSIDQwS1a2DtqtRDi7OvhD3HD5yONsG2H9R5aGRCCN+E3
znmC2sEwKd69XPbs979srIAQZ9pWxw5oU5/1QwBKA03CD65KCVauNY8CgYEA1BiM
DCWX9EwHu6ex2e+LDsXFtg0Cq4SoU4SqYJWDQ+jYE3Rdnk5dfuelBKf3KwsblqN9
pFL/WgPdbIYrW4Qs8TKz/iLorhf5St8p/4YW0gxp+sJvZ+dpdSt1brn9+uuJVXxr
fCR8NQRk73jVDdu5jxF4O7KRA3QUu97LtOjsrnkCgYEAuJylNZJbEnkAN7Dlk3Q4
i6E7DNR9Su8rnaHjOXx+sVP73LINUxQe2XKHVFGrtIDuOgMh4pOxhU3+2x3l5/k0
49ZOdfssuHw0CqUhJdWVh2aDvV0HCGxrv+8x8XVdjtzWPWTLTmbs66fdj0raTE7W
y0Y3E1nQRQkGIguLqCoi+xECgYAaNepgueicbSTrgN7OwvaZXcGALP1uetdect+n
TfLJ2qWRSekj3iVZwIC5IZS/AgFnzU6ClystUZr0hWQoTB5NtGlf96pvkVDies+y
3zxEuvoB3jNsUMHMlBFQHLYRYzg2k0ipL80VtDRRD8qsisHUt2D3Z6raFWdWjEL6
WWqeaQKBgC7IjHuo/hA0/3WlPdQVnFkdb3BzSRwJ2KmOu2BlhBaqBVts2bb0eAuf
3HLBxIvl2O5ffTyl0Atpx+v4RZE1ZORIhudKqyywtkrK7dHB/nkwfmA+J2xepIiG
soFD5ZQn0NvAeskasMzOsn0fHF4y0jRX6JTI4t4rXBsfpnbSZts8
-----END RSA PRIVATE KEY-----
`;

const key = createPrivateKey(PEM);
const jwk = createPublicKey(key).export({ format: 'jwk' });
const publicPem = createPublicKey(key).export({ format: 'pem', type: 'pkcs1' }) as string;
const n = Buffer.from(jwk.n!, 'base64url');
const e = Buffer.from(jwk.e!, 'base64url');

function tlString(bytes: Buffer): Buffer {
  const long = bytes.length >= 254;
  const head = long ? Buffer.from([254, bytes.length & 255, bytes.length >> 8, 0]) : Buffer.from([bytes.length]);
  return Buffer.concat([head, bytes, Buffer.alloc((4 - ((head.length + bytes.length) % 4)) % 4)]);
}

/** What a client must know of the key. The fingerprint is the last 8 bytes of the SHA-1 of `n` and `e` as TL strings. */
export const TEST_KEY = {
  /** The public part, as PKCS#1. */
  pem: publicPem,
  n: BigInt(`0x${n.toString('hex')}`),
  e: Number(BigInt(`0x${e.toString('hex')}`)),
  fingerprint: createHash('sha1')
    .update(Buffer.concat([tlString(n), tlString(e)]))
    .digest()
    .readBigInt64LE(12),
};

/** Opens 256 bytes that were closed with the public key, without any padding. @throws Error for a number beyond the modulus. */
export function rsaOpen(data: Buffer): Buffer {
  return privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, data);
}

/** The 2048-bit safe prime and generator that Telegram uses for its key exchange (https://core.telegram.org/mtproto/auth_key). */
export const DH_PRIME = Buffer.from(
  'C71CAEB9C6B1C9048E6C522F70F13F73980D40238E3E21C14934D037563D930F48198A0AA7C14058229493D22530F4DBFA336F6E0AC925139543AED44CCE7C37' +
    '20FD51F69458705AC68CD4FE6B6B13ABDC9746512969328454F18FAF8C595F642477FE96BB2A941D5BCD1D4AC8CC49880708FA9B378E3C4F3A9060BEE67CF9A4' +
    'A4A695811051907E162753B56B0F6B410DBA74D8A84B2A14B3144E0EF1284754FD17ED950D5965B4B9DD46582DB1178D169C6BC465B0D6FF9CA3928FEF5B9AE4' +
    'E418FC15E83EBEA0F87FA9FF5EED70050DED2849F47BF959D956850CE929851F0D8115F635B105EE2E4E15D04B2454BF6F4FADF034B10403119CD8E3B92FCC5B',
  'hex',
);
export const DH_G = 3;
export const DH_G_BYTES = fromBig(BigInt(DH_G));
