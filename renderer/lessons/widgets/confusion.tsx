/** Which class is taken for which, and the most confident mistakes in full. */
import type { Evidence } from '../evidence.ts'
import { firstProbe } from '../evidence.ts'
import { Frame, NotMeasured } from './parts/frame.tsx'
import { tint } from './parts/numbers.ts'
import styles from './confusion.module.css'

export function Confusion({ evidence }: { evidence: Evidence }) {
  const probe = firstProbe(evidence.result('calibration', 'measured'))
  if (!probe)
    return (
      <NotMeasured>
        A table of true classes and answers will stand here, and below it the mistakes of which the model was surest.
      </NotMeasured>
    )
  const { labels, confusion, mistakes, rowCount, accuracy } = probe
  const pairs = confusion
    .flatMap((row, actual) => row.map((count, predicted) => ({ actual, predicted, count })))
    .filter(({ actual, predicted }) => actual !== predicted)
  const worst = pairs.reduce((a, b) => (b.count > a.count ? b : a))
  const most = Math.max(...confusion.flat())
  return (
    <Frame
      title="Confusion matrix"
      hint={`${rowCount} headlines`}
      summary={`${Math.round((1 - accuracy) * rowCount)} of ${rowCount} are wrong. The most frequent mistake: ${labels[worst.actual]} taken for ${labels[worst.predicted]}, ${worst.count} times.`}
      table={{
        head: ['true class', ...labels.map((label) => `answered ${label}`)],
        rows: confusion.map((row, actual) => [labels[actual]!, ...row]),
      }}
    >
      <table className={styles.matrix} aria-label="Confusion matrix, picture">
        <thead>
          <tr>
            <th scope="col">true \ answered</th>
            {labels.map((label) => (
              <th key={label} scope="col">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {confusion.map((row, actual) => (
            <tr key={labels[actual]}>
              <th scope="row">{labels[actual]}</th>
              {row.map((count, predicted) => (
                <td
                  key={labels[predicted]}
                  data-right={actual === predicted || undefined}
                  style={{ background: tint((0.55 * count) / most, actual === predicted ? 'var(--good)' : 'var(--bad)') }}
                >
                  {count}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <h3 className={styles.heading}>Surest mistakes</h3>
      <ol className={styles.mistakes}>
        {mistakes.slice(0, 6).map(({ text, label, predicted, confidence }) => (
          <li key={text}>
            <span className={styles.sure}>{(confidence * 100).toFixed(0)} %</span>
            <span>
              <strong>{predicted}</strong>, truly {label}: <span className={styles.text}>{text}</span>
            </span>
          </li>
        ))}
      </ol>
    </Frame>
  )
}
