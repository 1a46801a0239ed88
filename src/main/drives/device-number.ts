/** Names a device the way the kernel's own tables do, so that nodes, mounts and swaps can be told to be the same. */

/** `8:16` from `rdev` or `dev` of stat(2). Linux's packing, as in gnu_dev_major(3) and gnu_dev_minor(3). */
export function deviceNumber(packed: number): string {
  const bits = BigInt(packed);
  const major = ((bits >> 8n) & 0xfffn) | ((bits >> 32n) & 0xfffff000n);
  const minor = (bits & 0xffn) | ((bits >> 12n) & 0xffffff00n);
  return `${major}:${minor}`;
}
