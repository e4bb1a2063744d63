/**
 * JSON from files that may have been damaged or made by someone else. `JSON.parse` keeps the last of two equal keys without
 * a word; here that is an error, at any depth: it could hide a second tensor, or a second shape, behind the first.
 */

/** A file is not what its format says. The message says what is wrong, without naming the file. */
export class FileFormatError extends Error {
  override readonly name = 'FileFormatError'
}

/** Number of keys in a JSON text, at all depths, duplicates counted. `json` must be valid. */
function countKeysOfText(json: string): number {
  const inObject: boolean[] = []
  let keys = 0
  let expectKey = false
  for (let i = 0; i < json.length; i++) {
    const c = json[i]
    if (c === '"') {
      if (expectKey) keys++
      expectKey = false
      for (i++; json[i] !== '"'; i++) if (json[i] === '\\') i++
    } else if (c === '{' || c === '[') {
      inObject.push(c === '{')
      expectKey = c === '{'
    } else if (c === '}' || c === ']') {
      inObject.pop()
      expectKey = false
    } else if (c === ',') expectKey = inObject.at(-1) === true
  }
  return keys
}

/** The same of what was parsed. Not recursive: a hostile file is as deep as it likes. */
function countKeysOfValue(root: unknown): number {
  const open = [root]
  let keys = 0
  while (open.length > 0) {
    const value = open.pop()
    if (typeof value !== 'object' || value === null) continue
    const children: unknown[] = Object.values(value)
    if (!Array.isArray(value)) keys += children.length
    for (const child of children) open.push(child)
  }
  return keys
}

/** Parses UTF-8 bytes that must be one JSON object without a key given twice. */
export function parseUniqueJson(bytes: Uint8Array): Record<string, unknown> {
  let text: string
  let value: unknown
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    value = JSON.parse(text)
  } catch (error) {
    throw new FileFormatError('it is not valid JSON', { cause: error })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new FileFormatError('it is not a JSON object')
  if (countKeysOfText(text) !== countKeysOfValue(value)) throw new FileFormatError('a key is given twice')
  return { ...value }
}
