/** Makes SSH keys in the wire format of RFC 4251 and 4253, right or wrong on purpose. */

/** A `string` (RFC 4251 section 5): its length in four bytes, then itself. */
export function wireString(contents: string | Uint8Array): Buffer {
  const bytes = Buffer.from(contents);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** A key line of a type with these parts inside. */
export function wireKey(type: string, ...parts: Uint8Array[]): string {
  return `${type} ${Buffer.concat([wireString(type), ...parts]).toString('base64')}`;
}
