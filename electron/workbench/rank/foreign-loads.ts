/** Finds what a page, a style or a script would load from another host. It reads for lessons; the page itself is held by its policy. */
const loads = /(?:\b(?:src|href)\s*=\s*["']|\burl\(\s*["']?|\b(?:import|fetch)\s*\(\s*["']|\bfrom\s+["'])((?:https?:)?\/\/[^"')\s]+)/g

/** Addresses, in order. A link that a person follows counts, too: Spaces of the lab have none. */
export const foreignLoads = (text: string): string[] => [...text.matchAll(loads)].map(([, address]) => address!)
