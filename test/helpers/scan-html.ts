/**
 * Splits HTML into its start tags with their attributes, by the HTML standard's rules for what ends a tag or a quoted
 * value. For documents whose only raw text element is <style>; anything it does not understand is an error.
 */
export interface ScannedTag {
  name: string
  attributes: Record<string, string>
}

export function scanHtml(text: string): ScannedTag[] {
  const tags: ScannedTag[] = []
  const withoutStyles = text.replace(/(<style>)[^]*?(<\/style>)/g, '$1$2')
  const pattern = /<(?:!doctype html>|\/([a-z][a-z0-9]*)\s*>|([a-z][a-z0-9]*)((?:\s+[a-zA-Z-]+(?:="[^"]*")?)*)\s*\/?>)/g
  let end = 0
  for (const match of withoutStyles.matchAll(pattern)) {
    const between = withoutStyles.slice(end, match.index)
    if (between.includes('<')) throw new Error(`not a tag: ${between.slice(between.indexOf('<'), between.indexOf('<') + 80)}`)
    end = match.index + match[0].length
    if (match[2] === undefined) continue
    const attributes = Object.fromEntries(
      [...(match[3] ?? '').matchAll(/([a-zA-Z-]+)(?:="([^"]*)")?/g)].map((part) => [part[1]!, part[2] ?? '']),
    )
    tags.push({ name: match[2], attributes })
  }
  if (withoutStyles.slice(end).includes('<')) throw new Error('not a tag at the end')
  return tags
}
