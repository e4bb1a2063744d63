/** Cuts a line of TypeScript or Python into what is set off when code is shown: comments, strings, keywords, numbers. Pure. */
export type TokenKind = 'plain' | 'comment' | 'string' | 'keyword' | 'number'

export interface CodeToken {
  kind: TokenKind
  text: string
}

export type Language = 'typescript' | 'python'

const keywords: Record<Language, string> = {
  typescript:
    'async await break class const continue else export extends false for from function if import in interface let new null of private readonly return static this throw true try type undefined while yield',
  python:
    'and as assert async await class def else except False finally for from if import in is lambda None not or pass raise return True try while with yield',
}

const lexers: Record<Language, RegExp> = {
  typescript: lexer(String.raw`\/\/.*|\/\*\*?.*|^\s*\*.*`, keywords.typescript),
  python: lexer(String.raw`#.*`, keywords.python),
}

function lexer(comment: string, words: string): RegExp {
  const string = String.raw`'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\`(?:[^\`\\]|\\.)*\``
  return new RegExp(
    `(?<comment>${comment})|(?<string>${string})|(?<keyword>\\b(?:${words.split(' ').join('|')})\\b)|(?<number>\\b\\d[\\d_.e-]*\\b)`,
    'g',
  )
}

export function tokensOfLine(line: string, language: Language): CodeToken[] {
  const tokens: CodeToken[] = []
  let end = 0
  for (const match of line.matchAll(lexers[language])) {
    if (match.index > end) tokens.push({ kind: 'plain', text: line.slice(end, match.index) })
    const kind = (['comment', 'string', 'keyword', 'number'] as const).find((name) => match.groups?.[name] !== undefined) ?? 'plain'
    tokens.push({ kind, text: match[0] })
    end = match.index + match[0].length
  }
  if (end < line.length) tokens.push({ kind: 'plain', text: line.slice(end) })
  return tokens
}
