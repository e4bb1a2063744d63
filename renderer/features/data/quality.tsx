/** What the rows are like, measured over all of them: lengths, copies, conflicting labels, and what the split does with them. */
import type { DatasetQuality } from '../../../shared/domain/dataset.ts'
import { count, plural } from '../../ui/format.ts'
import styles from './data.module.css'

export function Quality({ quality }: { quality: DatasetQuality }) {
  const { words, duplicates, split, test } = quality
  const highest = Math.max(1, ...words.bins.map((bin) => bin.count))
  return (
    <div className={styles.quality}>
      <h3 className={styles.sub}>
        words in a text: median {words.median}, 95 % have at most {words.p95}, the longest {count(words.max)} (measured)
      </h3>
      <ol className={styles.histogram} aria-label="Lengths of the texts in words">
        {words.bins.map(({ from, to, count: rows }) => {
          const range = to === null ? `${from}+` : from === to ? `${from}` : `${from}–${to}`
          return (
            <li key={from} title={`${range} words: ${count(rows)} rows`} aria-label={`${range} words: ${count(rows)} rows`}>
              <span className={styles.barTrack}>
                <span style={{ height: `${(rows / highest) * 100}%` }} />
              </span>
              <small>{range}</small>
            </li>
          )
        })}
      </ol>
      <ul className={styles.findings}>
        <li>
          {duplicates.copies === 0
            ? 'No row comes twice.'
            : `${plural(duplicates.copies, 'row')} repeat an earlier one; copies stay on one side of the split.`}
        </li>
        {duplicates.conflictingTexts > 0 && (
          <li>
            {plural(duplicates.conflictingTexts, 'text')} ({plural(duplicates.conflictingRows, 'row')}) stand under more than one label:{' '}
            {duplicates.examples.map(({ text, labels }) => `“${text.slice(0, 60)}” (${labels.join(', ')})`).join('; ')}
          </li>
        )}
        <li>
          Split by class: {count(split.trainCount)} to train, {count(split.validationCount)} to validate;{' '}
          {split.sharedTexts === 0 ? 'no text is on both sides' : `${plural(split.sharedTexts, 'text')} on both sides`}.
        </li>
        {test && (
          <li>
            {count(test.rowCount)} test rows are kept apart; {test.sharedTexts === 0 ? 'none' : count(test.sharedTexts)} of their texts
            {test.sharedTexts === 1 ? ' stands' : ' stand'} in the training rows, too.
          </li>
        )}
      </ul>
    </div>
  )
}
