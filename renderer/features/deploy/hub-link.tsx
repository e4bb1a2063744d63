/** Where a Space is on the hub. */
export function HubLink({ url }: { url: string }) {
  return (
    <a href={url} target="_blank" rel="noreferrer">
      {url}
    </a>
  )
}
