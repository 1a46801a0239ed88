/** Knows whether a point lies on a NIST curve: a damaged ECDSA key shows by nothing else. */

export type CurveName = 'nistp256' | 'nistp384' | 'nistp521';

/** The prime and the constant b of y² = x³ − 3x + b (FIPS 186-4, appendix D.1.2). */
const curves: Record<CurveName, { prime: bigint; b: bigint }> = {
  nistp256: {
    prime: 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n,
    b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
  },
  nistp384: {
    prime: 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n,
    b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
  },
  nistp521: {
    prime: 2n ** 521n - 1n,
    b: 0x0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00n,
  },
};

/** Whether (x, y), big endian, is a point of the curve. All three curves have cofactor 1: that is all there is to check. */
export function onCurve(name: CurveName, xBytes: Uint8Array, yBytes: Uint8Array): boolean {
  const { prime, b } = curves[name];
  const x = integer(xBytes);
  const y = integer(yBytes);
  if (x >= prime || y >= prime) return false;
  return (y * y - (x * x * x - 3n * x + b)) % prime === 0n;
}

function integer(bytes: Uint8Array): bigint {
  return BigInt(`0x${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`);
}
