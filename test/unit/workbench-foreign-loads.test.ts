/** What a page would load from elsewhere is found in markup, styles and scripts, and nothing else is. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { projectRoot } from '../../electron/paths.ts'
import { foreignLoads } from '../../electron/workbench/rank/foreign-loads.ts'

it.each([
  '<script src="https://cdn.example/a.js"></script>',
  "<link href='//cdn.example/a.js'>",
  '@import url(https://cdn.example/a.js);',
  'await import("https://cdn.example/a.js")',
  "import { a } from 'https://cdn.example/a.js'",
  "fetch('http://cdn.example/a.js')",
])('finds it in %s', (text) => {
  expect(foreignLoads(text)).toEqual([expect.stringMatching(/^(https?:)?\/\/cdn\.example\/a\.js$/)])
})

it('finds nothing in what stays at home', () => {
  expect(foreignLoads('<script src="app.js"></script> // see https://example.org fetch("model/config.json") url(data:,)')).toEqual([])
  for (const file of ['index.html', 'app.js', 'style.css'])
    expect(foreignLoads(readFileSync(join(projectRoot, 'electron', 'spaces', 'page', file), 'utf8')), file).toEqual([])
})
