/** What TypeScript needs to know of `stand-in.mjs`. */
export function makeStandIn(folder: string, version: string): Promise<void>;
