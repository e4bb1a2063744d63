/** Every colour of text on every surface of the theme, light and dark: WCAG 2.2 AA, 4.5 to 1 for text and 3 to 1 for lines and bars. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { projectRoot } from '../../electron/paths.ts'

const css = readFileSync(join(projectRoot, 'renderer', 'ui', 'theme.css'), 'utf8')

function coloursOf(scheme: string): Map<string, string> {
  const block = new RegExp(`\\[data-mantine-color-scheme='${scheme}'\\] \\{([^}]*)\\}`).exec(css)![1]!
  return new Map([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6})/g)].map(([, name, colour]) => [name!, colour!]))
}

/** Relative luminance (WCAG 2.2). */
function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const share = parseInt(colour.slice(at, at + 2), 16) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!
}

function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return (high! + 0.05) / (low! + 0.05)
}

const texts = ['ink', 'ink-2', 'ink-3', 'accent', 'good', 'warn', 'bad']
const surfaces = ['surface', 'surface-sunken', 'surface-rail', 'accent-soft', 'bad-soft', 'warn-soft']

describe.each(['light', 'dark'])('the %s scheme', (scheme) => {
  const colours = coloursOf(scheme)
  const pairs = texts.flatMap((text) => surfaces.map((surface): [string, string] => [text, surface]))

  it.each(pairs)('shows --%s on --%s readably', (text, surface) => {
    expect(contrast(colours.get(text)!, colours.get(surface)!)).toBeGreaterThanOrEqual(4.5)
  })

  it('has ranks and phases that stand out from paper', () => {
    const drawn = [...colours.keys()].filter((name) => /^(rank|phase)-/.test(name))
    expect(drawn).toHaveLength(13)
    for (const name of drawn) expect(contrast(colours.get(name)!, colours.get('surface')!), name).toBeGreaterThanOrEqual(3)
  })
})

it('measures as WCAG does: black on white is 21 to 1, and grey that is too light fails', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 10)
  expect(contrast('#8a8a8a', '#ffffff')).toBeLessThan(4.5)
})
