/** The Content-Security-Policy of every page that the lab serves, in the window and in the browser: own files only, no inline scripts. */

/** `connect` lists origins that the page may open connections to, beside its own; `frameAncestors`, who may show it in a frame. */
export function contentSecurityPolicy(connect: readonly string[] = [], frameAncestors = "'none'"): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    // The component kit sets its theme through style attributes.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    ["connect-src 'self'", ...connect].join(' '),
    "base-uri 'none'",
    "form-action 'none'",
    `frame-ancestors ${frameAncestors}`,
  ].join('; ')
}
