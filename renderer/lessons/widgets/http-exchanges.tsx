/** What was sent to a real server, and what it answered, status first. */
import type { Evidence } from '../evidence.ts'
import { firstProbe } from '../evidence.ts'
import { bytes } from '../../ui/format.ts'
import { Frame, NotMeasured } from './parts/frame.tsx'
import styles from './deployment.module.css'

const meanings: Readonly<Record<number, string>> = {
  200: 'OK',
  400: 'Bad Request',
  413: 'Content Too Large',
  422: 'Unprocessable Content',
  503: 'Service Unavailable',
}

export function HttpExchanges({ evidence }: { evidence: Evidence }) {
  const probe = firstProbe(evidence.result('http-api', 'measured'))
  if (!probe) return <NotMeasured>Five requests and their answers will stand here, with their status.</NotMeasured>
  const { exchanges, healthBefore, trainSteps } = probe
  const refused = exchanges.filter(({ status }) => status !== 200).length
  return (
    <Frame
      title="Asked over HTTP"
      hint={`a model after ${trainSteps} steps`}
      summary={`${exchanges.length - refused} answers and ${refused} refusals. Before, while the model was being loaded, /health said: ${healthBefore.body}`}
      table={{
        head: ['request', 'path', 'bytes sent', 'status', 'answer', 'ms'],
        rows: exchanges.map(({ name, path, sentBytes, status, answer, ms }) => [name, path, sentBytes, status, answer, ms]),
      }}
    >
      <ol className={styles.exchanges}>
        {exchanges.map(({ name, path, sent, sentBytes, status, answer, ms }) => (
          <li key={name}>
            <span className={styles.status} data-refused={status !== 200 || undefined}>
              {status}
            </span>
            <p className={styles.line}>
              <strong>{name}</strong> · {meanings[status] ?? 'another status'} · {bytes(sentBytes)} sent · {ms.toFixed(0)} ms
            </p>
            <p className={styles.body}>
              <span className={styles.sent}>
                POST {path} {sent}
              </span>
            </p>
            <p className={styles.body} data-answer>
              → {answer}
            </p>
          </li>
        ))}
      </ol>
    </Frame>
  )
}
