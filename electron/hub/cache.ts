/**
 * The cache of huggingface_hub, in its own layout, so that each side finds what the other fetched:
 *
 *   models--org--name/blobs/<etag>                 the content, once
 *                     snapshots/<commit>/<path>    a relative link to it
 *                     refs/<revision>              the commit that a branch or tag stood for
 *
 * Where links cannot be made (Windows without the right), the content itself lies in the snapshot, as there.
 */
import { randomBytes } from 'node:crypto'
import { readFile, rename, stat, symlink, unlink } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { writeFileAtomic } from '../checkpoint/atomic.ts'
import { withWriteErrors } from '../checkpoint/file-errors.ts'
import { systemErrorCode } from '../checkpoint/file-errors.ts'
import { makeDirectory } from '../checkpoint/make-directory.ts'
import { resolveInside } from '../checkpoint/resolve-inside.ts'
import { commitSchema, type HubRepo } from './repo.ts'

export class HubCache {
  readonly #root: string

  constructor(root: string) {
    this.#root = root
  }

  #repo({ kind, id }: HubRepo): string {
    return resolveInside(this.#root, `${kind}s--${id.replace('/', '--')}`)
  }

  /** Of a repository whose revision is a commit. */
  directory(repo: HubRepo): string {
    return resolveInside(join(this.#repo(repo), 'snapshots'), repo.revision)
  }

  file(repo: HubRepo, path: string): string {
    return resolveInside(this.directory(repo), path)
  }

  /** The files at `repo.revision`, or null unless all of them are there. */
  async snapshot(repo: HubRepo, paths: readonly string[]): Promise<{ commit: string; directory: string; files: string[] } | null> {
    const commit = commitSchema.safeParse(repo.revision).success ? repo.revision : await this.#commitOf(repo)
    if (commit === null) return null
    const at = { ...repo, revision: commit }
    const files = paths.map((path) => this.file(at, path))
    const present = await Promise.all(files.map(isFile))
    return present.every(Boolean) ? { commit, directory: this.directory(at), files } : null
  }

  async #commitOf(repo: HubRepo): Promise<string | null> {
    let text: string
    try {
      text = await readFile(resolveInside(join(this.#repo(repo), 'refs'), repo.revision), 'utf8')
    } catch {
      return null // Never fetched at this revision.
    }
    return commitSchema.safeParse(text.trim()).data ?? null
  }

  /** Path of the blob; its directory is made. */
  async prepareBlob(repo: HubRepo, etag: string): Promise<string> {
    const blobs = join(this.#repo(repo), 'blobs')
    await withWriteErrors(blobs, () => makeDirectory(blobs))
    return resolveInside(blobs, etag)
  }

  /** Puts the blob into its snapshot. */
  async link(repo: HubRepo, { path, etag }: { path: string; etag: string }): Promise<void> {
    const file = this.file(repo, path)
    const blob = resolveInside(join(this.#repo(repo), 'blobs'), etag)
    await withWriteErrors(file, async () => {
      await makeDirectory(dirname(file))
      if (await isFile(file)) return
      const temporary = `${file}.${randomBytes(4).toString('hex')}.incomplete`
      try {
        await symlink(relative(dirname(file), blob), temporary)
      } catch (error) {
        if (!['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP'].includes(systemErrorCode(error) ?? '')) throw error
        await rename(blob, file)
        return
      }
      // Replaces a link whose blob somebody removed.
      await rename(temporary, file).catch(async (error: unknown) => {
        await unlink(temporary).catch(() => undefined)
        throw error
      })
    })
  }

  /** Writes down which commit the revision stands for. */
  async remember(repo: HubRepo, commit: string): Promise<void> {
    if (repo.revision === commit) return
    const file = resolveInside(join(this.#repo(repo), 'refs'), repo.revision)
    await withWriteErrors(file, () => makeDirectory(dirname(file)))
    await writeFileAtomic(file, commit)
  }
}

/** Follows links: one whose blob was removed is no file. */
async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile()
  } catch {
    return false
  }
}
