/** Whether the files of a static Space are the ones that they should be. */
import type { DeployedCheck, FileCheck } from '../../../shared/domain/space.ts'
import form from '../../ui/form.module.css'
import { bytes, dateTime } from '../../ui/format.ts'
import { ProvenanceTag } from '../../ui/provenance-tag.tsx'
import { filesInWords } from './check-words.ts'
import styles from './checked.module.css'

type StaticCheck = Extract<DeployedCheck, { kind: 'static' }>

const words: Record<FileCheck['state'], string> = { same: 'the same', different: 'different', missing: 'missing' }

export function CheckedFiles({ result }: { result: StaticCheck }) {
  const { url, title, isSame, files, checkedAt } = result
  // What is not as it should be comes first.
  const sorted = files.toSorted((a, b) => Number(a.state === 'same') - Number(b.state === 'same'))
  return (
    <div className={styles.checked}>
      <p role="status" className={styles.verdict} data-tone={isSame ? 'good' : 'bad'}>
        {filesInWords(result)}
      </p>
      <p className={form.lead}>
        How it answers, a browser has to show:{' '}
        <a href={url} target="_blank" rel="noreferrer">
          open “{title}”
        </a>
        .
      </p>
      <div className={styles.files} tabIndex={0} role="region" aria-label="Files that were compared">
        <table className="lab-table" aria-label="Files">
          <thead>
            <tr>
              <th scope="col">File</th>
              <th scope="col" className="num">
                Size
              </th>
              <th scope="col">There</th>
            </tr>
          </thead>
          <tbody>
            {sorted.map(({ path, bytes: size, state }) => (
              <tr key={path}>
                <th scope="row" className="mono">
                  {path}
                </th>
                <td className="num">{bytes(size)}</td>
                <td className={styles.there} data-differs={state !== 'same' || undefined}>
                  {words[state]}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className={styles.basis}>
        <ProvenanceTag provenance="measured" /> by SHA-256, {dateTime(checkedAt)}.
      </p>
    </div>
  )
}
