/** Code for the HTTP API, run by the languages it is written in: the text that arrives is the text that was typed. */
import { execFileSync, spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { shellQuoted } from '../../shared/domain/shell-quote.ts'
import { serveCommand, snippet } from '../../shared/domain/snippets.ts'

const hostile = [
  'Oil prices jump',
  `It's "quoted" \\ and \\'escaped\\'`,
  `$(touch /tmp/pwned) \`id\` $HOME !! ; rm -rf / # %s %d`,
  '</script><!-- -->{{x}} ${y}',
  'two\nlines\r\nand\ttabs',
  'null \0 bell \u0007 delete \u007f',
  'شركة النفط \u202eevil\u202c \u2028line\u2029paragraph \ufeffmark',
  '🚀👨‍👩‍👧🇩🇪 e\u0301',
  '@file.json',
  "'; DROP TABLE headlines; --",
  '"""\'\'\'\\',
  '\\u0041 \\n \\x41',
]

const python = spawnSync('python3', ['--version']).status === 0 ? 'python3' : null

/** What curl would send: its arguments, from a bash in which `curl` only prints them. */
function curlBody(code: string): string {
  const printed = execFileSync('bash', ['-c', `curl() { printf '%s\\0' "$@"; }\n${code}`])
  const words = printed.toString('utf8').split('\0')
  expect(words.slice(0, 5)).toEqual(['-s', 'http://127.0.0.1:8000/predict', '-H', 'Content-Type: application/json', '-d'])
  expect(words.slice(6)).toEqual([''])
  return words[5]!
}

describe.each(hostile)('the snippets of %j', (text) => {
  it('pass through bash to curl', () => {
    const code = snippet('curl', text)
    execFileSync('bash', ['-n', '-c', code])
    expect(JSON.parse(curlBody(code))).toEqual({ text })
  })

  it('pass through JavaScript to fetch', async () => {
    const sent: unknown[] = []
    const fetch = (address: string, request: { method: string; body: string }) => {
      sent.push(address, request.method, JSON.parse(request.body))
      return { json: () => ({ label: 'World', confidence: 1, all_probabilities: {} }) }
    }
    const AsyncFunction = (async () => undefined).constructor as new (...parts: string[]) => (...values: unknown[]) => Promise<void>
    await new AsyncFunction('fetch', 'console', snippet('JavaScript', text))(fetch, { log: () => undefined })
    expect(sent).toEqual(['http://127.0.0.1:8000/predict', 'POST', { text }])
  })

  it('pass through Python to urllib', (ctx) => {
    ctx.skip(python === null, 'no python3 here')
    const standIn = [
      'import sys, io, urllib.request',
      'def urlopen(request):',
      '    sys.stdout.buffer.write(request.data)',
      '    return io.BytesIO(b\'{"label": "World", "confidence": 1, "all_probabilities": {}}\')',
      'urllib.request.urlopen = urlopen',
    ]
    const code = snippet('Python', text).replace(/^print.*$/m, '')
    const printed = execFileSync(python!, ['-'], { input: `${standIn.join('\n')}\n${code}\n` })
    expect(JSON.parse(printed.toString('utf8'))).toEqual({ text })
  })

  it('show no character that hides or turns the code', () => {
    for (const language of ['curl', 'JavaScript', 'Python'] as const)
      expect(snippet(language, text)).not.toMatch(/[\0-\u0009\u000b-\u001f\u007f\u200b-\u200f\u2028-\u202e\ufeff]/)
  })
})

it('a word quoted for the shell is one word, whatever it is', () => {
  for (const text of hostile.filter((one) => !one.includes('\0')))
    expect(execFileSync('bash', ['-c', `printf %s ${shellQuoted(text)}`]).toString()).toBe(text)
  expect(serveCommand(`/home/o'neil/my runs/model`)).toBe(`npm run serve-model -- --model '/home/o'\\''neil/my runs/model' --port 8000`)
})
