/** Real AG News rows for the benchmarks that need them. They may be read where they are and never enter the project. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from '../electron/paths.ts'

export const newsDirectory = join(projectRoot, '..', 'shared', 'data', 'ag_news')
export const trainFile = join(newsDirectory, 'train.csv')
export const devFile = join(newsDirectory, 'dev.csv')
export const hasNews = existsSync(trainFile) && existsSync(devFile)
