/** What TypeScript needs to know of `build.mjs`. */
type Part = 'program' | 'window';

export function isStale(which?: Part[]): boolean;
export function build(which?: Part[]): Promise<void>;
