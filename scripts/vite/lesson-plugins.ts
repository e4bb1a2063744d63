/** What the page's build needs to read lessons: marked regions of sources, and MDX with the glossary's links. */
import mdx from '@mdx-js/rollup'
import type { Plugin } from 'vite'
import { glossary } from '../../renderer/lessons/glossary.ts'
import { codeRegions } from './code-regions.ts'
import { glossaryLinks } from './glossary-links.ts'

/** The project's root is where npm runs the build. */
const root = process.cwd()

export const lessonPlugins = (): Plugin[] => [
  codeRegions(root),
  { enforce: 'pre', ...(mdx({ remarkPlugins: [glossaryLinks(glossary)] }) as Plugin) },
]
