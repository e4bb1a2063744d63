/** Which parameter travels in which bucket, in the order in which gradients get ready: the last layer first. */
import type { Evidence } from '../evidence.ts'
import { firstProbe } from '../evidence.ts'
import { bytes as bytesText } from '../../ui/format.ts'
import { Frame, NotMeasured } from './parts/frame.tsx'
import styles from './bucket-map.module.css'

/** Buckets take the ranks' colours in turn; their number stands beside it. */
const colour = (bucket: number): string => `var(--rank-${bucket % 8})`

export function BucketMap({ evidence }: { evidence: Evidence }) {
  const probe = firstProbe(evidence.result('buckets', 'measured'))
  if (!probe)
    return (
      <NotMeasured>Your model’s parameters will be sorted into buckets here, in the order in which their gradients get ready.</NotMeasured>
    )
  const { buckets, parameters, bucketCapBytes } = probe
  const bytesOf = new Map(parameters.map(({ name, bytes }) => [name, bytes]))
  const start = Math.min(...buckets.map(({ readyMs }) => readyMs))
  const end = Math.max(...buckets.map(({ reducedMs }) => reducedMs))
  const share = (ms: number): number => ((ms - start) / Math.max(end - start, 1e-9)) * 100
  const largest = Math.max(...buckets.map(({ bytes }) => bytes))
  const over = buckets.filter(({ bytes }) => bytes > bucketCapBytes * 1.5)
  return (
    <Frame
      title="Buckets"
      hint={`at most ${bytesText(bucketCapBytes)} each, larger parameters alone`}
      summary={`${parameters.length} parameters travel in ${buckets.length} buckets: ${buckets.length} messages for each neighbour instead of ${parameters.length}.${over.length > 0 ? ` ${over.length === 1 ? 'One bucket is' : `${over.length} buckets are`} larger than the limit: the embedding table cannot be divided.` : ''}`}
      table={{
        head: ['bucket', 'bytes', 'parameters', 'ready at ms', 'summed at ms'],
        rows: buckets.map(({ index, bytes, names, readyMs, reducedMs }) => [
          index,
          bytes,
          names.length,
          readyMs - start,
          reducedMs - start,
        ]),
      }}
    >
      <ol className={styles.buckets}>
        {buckets.map(({ index, bytes, names, readyMs, reducedMs }) => (
          <li key={index}>
            <span className={styles.number} style={{ borderColor: colour(index) }}>
              {index}
            </span>
            <div className={styles.inside}>
              <span className={styles.size}>
                {names.length} {names.length === 1 ? 'parameter' : 'parameters'}, {bytesText(bytes)}
              </span>
              <span className={styles.blocks} style={{ width: `${Math.max(8, (bytes / largest) * 100)}%` }}>
                {names.map((name) => (
                  <span
                    key={name}
                    className={styles.block}
                    style={{ flexGrow: bytesOf.get(name), background: colour(index) }}
                    title={`${name}, ${bytesText(bytesOf.get(name))}`}
                  />
                ))}
              </span>
              <span className={styles.names}>
                {names.map(shortName).slice(0, 4).join(', ') + (names.length > 4 ? ` and ${names.length - 4} more` : '')}
              </span>
            </div>
            <span
              className={styles.time}
              title={`ready after ${(readyMs - start).toFixed(2)} ms, summed after ${(reducedMs - start).toFixed(2)} ms`}
            >
              <span
                style={{
                  left: `${share(readyMs)}%`,
                  width: `${Math.max(1, share(reducedMs) - share(readyMs))}%`,
                  background: colour(index),
                }}
              />
            </span>
          </li>
        ))}
      </ol>
      <p className={styles.key}>
        Top to bottom: the order in which buckets leave. At the right: from ready to summed, {(end - start).toFixed(1)} ms in all. The lab’s
        runtime hands over all gradients at once, so all bars begin together; where autograd yields them one by one, they begin in this
        order.
      </p>
    </Frame>
  )
}

const shortName = (name: string): string => name.replace(/^distilbert\./, '').replace('transformer.layer.', 'layer ')
