/** A page of one file, for tests that are not about the real one. */
import { join } from 'node:path'
import { projectRoot } from '../../electron/paths.ts'

export const fixturePage = join(projectRoot, 'test', 'fixtures', 'page')
