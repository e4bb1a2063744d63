/** A repository of the hub by its name. Names come from pages and command lines: they are checked before they become addresses or paths. */
import { z } from 'zod'
import { LabError } from '../../shared/contract/errors.ts'

export type RepoKind = 'model' | 'dataset'

export interface HubRepo {
  kind: RepoKind
  /** 'org/name', or 'name' for the oldest ones. */
  id: string
  /** Branch, tag or commit. */
  revision: string
}

const part = '[A-Za-z0-9_](?:[\\w.-]{0,94}[\\w])?'
/** As the hub has it: letters, digits, '-', '_', '.'; neither '--' nor '..', because the cache joins the parts with '--'. */
export const repoIdSchema = z
  .string()
  .regex(new RegExp(`^${part}(?:/${part})?$`))
  .refine((id) => !id.includes('--') && !id.includes('..'))

const revisionSchema = z
  .string()
  .max(200)
  .regex(/^\w[\w.-]*(?:\/\w[\w.-]*)*$/)
  .refine((revision) => !revision.includes('..'))

export const commitSchema = z.string().regex(/^[0-9a-f]{40}$/)

/** Throws ARGUMENT_INVALID; also for a path that is not plainly below the repository. */
export function checkRepo({ id, revision }: HubRepo, paths: readonly string[] = []): void {
  if (!repoIdSchema.safeParse(id).success) throw invalid(`${JSON.stringify(id.slice(0, 80))} is not a repository of the hub`)
  if (!revisionSchema.safeParse(revision).success) {
    throw invalid(`${JSON.stringify(revision.slice(0, 80))} is not a revision of a repository`)
  }
  for (const path of paths) {
    const plain = path.split('/').every((name) => name !== '' && name !== '.' && name !== '..') && !/[\\\0]/.test(path)
    if (!plain) throw invalid(`${JSON.stringify(path.slice(0, 80))} is not a file of a repository`)
  }
}

const invalid = (title: string): LabError =>
  new LabError({
    code: 'ARGUMENT_INVALID',
    title,
    cause: 'Repositories are named like org/name, revisions like main or a commit, files like onnx/model.onnx.',
    suggestion: 'Copy the name from the top of its page on the hub.',
  })

/** 'dataset org/name', for errors. */
export const repoTitle = ({ kind, id }: HubRepo): string => `${kind === 'dataset' ? 'data set' : 'model'} ${id}`
