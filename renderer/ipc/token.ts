/**
 * The bearer token of a headless lab. It arrives in the address (`#token=…`), where no server and no log sees
 * it, is moved to the tab's session storage at once, and never stays in the address or the history.
 */
const storageKey = 'distrinews.token'
const prefix = '#token='

/** True where the address carries a (new) token, for instance pasted after the lab was started again. */
export const addressHasToken = (): boolean => location.hash.startsWith(prefix)

/** The token of this tab, or null where it never had one. */
export function takeToken(): string | null {
  if (addressHasToken()) {
    sessionStorage.setItem(storageKey, decodeURIComponent(location.hash.slice(prefix.length)))
    history.replaceState(null, '', `${location.pathname}#/`)
    window.dispatchEvent(new HashChangeEvent('hashchange'))
  }
  return sessionStorage.getItem(storageKey)
}
