/** What a deployed API answered, beside what the model says here. */
import type { DeployedCheck } from '../../../shared/domain/space.ts'
import { Facts } from '../../ui/facts.tsx'
import { dateTime, percent } from '../../ui/format.ts'
import { ProvenanceTag } from '../../ui/provenance-tag.tsx'
import { answersInWords, closeness, comparedInWords, latencyInWords } from './check-words.ts'
import styles from './checked.module.css'

type ApiCheck = Extract<DeployedCheck, { kind: 'api' }>

export function CheckedAnswers({ result }: { result: ApiCheck }) {
  const { url, health, answers, latency, comparison, checkedAt } = result
  return (
    <div className={styles.checked}>
      <p role="status" className={styles.verdict} data-tone={comparison?.labelsEqual === false ? 'bad' : 'good'}>
        {answersInWords(result)}
      </p>
      <table className="lab-table" aria-label="Answers">
        <thead>
          <tr>
            <th scope="col">Headline</th>
            <th scope="col">There</th>
            {comparison && <th scope="col">Here</th>}
            {comparison && (
              <th scope="col" className="num" title="Over all classes, between the probabilities there and here">
                Largest difference
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {answers.map(({ text, label, confidence, local }) => (
            <tr key={text}>
              <th scope="row" className={styles.headline}>
                {text}
              </th>
              <td data-differs={(local && local.label !== label) || undefined} className={styles.there}>
                {label} {percent(confidence)}
              </td>
              {comparison && <td>{local ? `${local.label} ${percent(local.confidence)}` : '–'}</td>}
              {comparison && <td className="num">{local ? closeness(local.largestDifference) : '–'}</td>}
            </tr>
          ))}
        </tbody>
      </table>
      <Facts
        rows={[
          ['There', `${health.model}${health.version === null ? '' : `, ${health.version}`}: ${health.status}, at ${url}`],
          ...(comparison ? [['Here', comparedInWords(comparison)] as const] : []),
          [
            'Latency',
            <>
              {latencyInWords(latency)}, from this machine and back, one after the other; {dateTime(checkedAt)}
              <ProvenanceTag provenance="measured" />
            </>,
          ],
        ]}
      />
    </div>
  )
}
