/** Finds what is written beside the data: `<step>.mdx` and `<step>.py` of a phase, both under the id of an experiment. */
import { createElement } from 'react'
import type { ComponentType, ElementType, ReactNode } from 'react'

type Prose = ComponentType<{ components?: Record<string, ElementType> }>

const proseFiles = import.meta.glob<{ default: Prose }>('./**/*.mdx', { eager: true })
const torchFiles = import.meta.glob<string>('./**/*.py', { eager: true, query: '?raw', import: 'default' })

const idOf = (path: string): string =>
  path
    .split('/')
    .at(-1)!
    .replace(/\.\w+$/, '')
const byId = <T>(files: Record<string, T>): ReadonlyMap<string, T> =>
  new Map(Object.entries(files).map(([path, content]) => [idOf(path), content]))

const proses = byId(proseFiles)
const torches = byId(torchFiles)

/** The prose of a step or an experiment, its own elements drawn by `components`; every one has it (a test holds that). */
export const proseOf = (id: string, components: Record<string, ElementType>): ReactNode =>
  createElement(proses.get(id)!.default, { components })

/** PyTorch's lines for the same thing, or null where there are none. */
export const torchOf = (id: string): string | null => torches.get(id)?.trimEnd() ?? null
