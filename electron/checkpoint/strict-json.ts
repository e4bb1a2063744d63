/**
 * JSON from files that may have been damaged or made by someone else. `JSON.parse` keeps the last of two equal keys without
 * a word; here that is an error, at the top level, where it could hide a second tensor behind the first.
 */

/** A file is not what its format says. The message says what is wrong, without naming the file. */
export class FileFormatError extends Error {
  override readonly name = 'FileFormatError'
}

/** Number of keys at the top level of a JSON object, duplicates counted. `json` must be valid. */
function countTopLevelKeys(json: string): number {
  let depth = 0
  let keys = 0
  let expectKey = false
  for (let i = 0; i < json.length; i++) {
    const c = json[i]
    if (c === '"') {
      if (depth === 1 && expectKey) keys++
      expectKey = false
      for (i++; json[i] !== '"'; i++) if (json[i] === '\\') i++
    } else if (c === '{' || c === '[') {
      depth++
      expectKey = depth === 1
    } else if (c === '}' || c === ']') depth--
    else if (c === ',') expectKey = depth === 1
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
  if (countTopLevelKeys(text) !== Object.keys(value).length) throw new FileFormatError('a key is given twice')
  return { ...value }
}
