/** What an HTTP status means for the person who watches. */
export function toneOf(status: number): 'good' | 'warn' | 'bad' {
  if (status < 400) return 'good'
  return status < 500 ? 'warn' : 'bad'
}
