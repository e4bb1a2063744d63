/** The answers against the labels of the file: accuracy with its interval, the confusion matrix, the surest mistakes. */
import { Button, UnstyledButton } from '@mantine/core'
import { useMemo } from 'react'
import type { Judgement } from '../../../shared/domain/labelled-lines.ts'
import { judge, labelMatcher } from '../../../shared/domain/labelled-lines.ts'
import { useLineTable } from '../../state/line-table.ts'
import { count, percent, plural } from '../../ui/format.ts'
import { Panel } from '../../ui/panel.tsx'
import { ProvenanceTag } from '../../ui/provenance-tag.tsx'
import type { AnsweredLines, Line, RowFilter } from '../../../shared/domain/line-rows.ts'
import styles from './many-lines.module.css'
import type { Titles } from './one-headline.tsx'

interface JudgementPanelProps {
  titles: Titles
  cell: RowFilter['cell']
  onCell: (cell: RowFilter['cell']) => void
  onMistakes: () => void
}

const judgeLines = (lines: readonly Line[], answered: AnsweredLines | null): Judgement | null =>
  answered &&
  judge(
    answered.answers.map(({ predicted }, index) => ({ predicted, actual: lines[index]!.actual })),
    answered.labels,
  )

export function JudgementPanel({ titles, cell, onCell, onMistakes }: JudgementPanelProps) {
  const { lines, first, second } = useLineTable()
  const one = useMemo(() => judgeLines(lines, first), [lines, first])
  const two = useMemo(() => judgeLines(lines, second), [lines, second])
  if (!one || !first) return null
  const unknownCount = one.unknownLabels.reduce((sum, unknown) => sum + unknown.count, 0)
  const mistakes = one.judgedCount - one.correctCount
  return (
    <Panel title="Against the labels" hint={plural(one.judgedCount, 'labelled line')} className={styles.judgement}>
      {one.unknownLabels.length > 0 && (
        <p className={styles.note} role="status">
          In no figure: {plural(unknownCount, 'line')} with a label that the model does not know,{' '}
          {one.unknownLabels
            .slice(0, 5)
            .map(({ label }) => `“${label.slice(0, 40)}”`)
            .join(', ')}
          {one.unknownLabels.length > 5 && ' …'}. It knows {first.labels.join(', ')}.
        </p>
      )}
      {one.judgedCount > 0 && (
        <>
          <Accuracy judgement={one} title={two ? titles.first : null} />
          {two && two.judgedCount > 0 && <Accuracy judgement={two} title={titles.second} />}
          <Confusion labels={first.labels} confusion={one.confusion} cell={cell} onCell={onCell} />
          {mistakes > 0 && <SurestMistakes lines={lines} answered={first} mistakes={mistakes} onAll={onMistakes} />}
        </>
      )}
    </Panel>
  )
}

function Accuracy({ judgement: { accuracy, interval, correctCount, judgedCount }, title }: { judgement: Judgement; title: string | null }) {
  return (
    <p className={styles.accuracy}>
      {title !== null && <span>{title}</span>}
      <strong>{percent(accuracy)}</strong>
      <span>
        {count(correctCount)} of {count(judgedCount)} right, 95 % interval {percent(interval[0])} to {percent(interval[1])}{' '}
        <ProvenanceTag provenance="measured" />
      </span>
    </p>
  )
}

interface ConfusionProps {
  labels: string[]
  confusion: number[][]
  cell: RowFilter['cell']
  onCell: (cell: RowFilter['cell']) => void
}

/** A table whose cells filter the lines; the count is the text, the tint only repeats it. */
function Confusion({ labels, confusion, cell, onCell }: ConfusionProps) {
  return (
    <div className={styles.matrix} tabIndex={0} role="region" aria-label="Confusion matrix">
      <table aria-label="Confusion matrix">
        <caption>Rows: the label. Columns: the answer. Choose a cell to see its lines.</caption>
        <thead>
          <tr>
            <td />
            {labels.map((label) => (
              <th key={label} scope="col" title={label}>
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {labels.map((label, actual) => {
            const total = confusion[actual]!.reduce((sum, value) => sum + value, 0)
            return (
              <tr key={label}>
                <th scope="row" title={label}>
                  {label}
                </th>
                {confusion[actual]!.map((value, predicted) => {
                  const chosen = cell?.actual === actual && cell.predicted === predicted
                  const share = total === 0 ? 0 : value / total
                  return (
                    <td key={predicted}>
                      <UnstyledButton
                        className={styles.matrixCell}
                        data-right={actual === predicted || undefined}
                        style={{
                          background: `color-mix(in srgb, var(--${actual === predicted ? 'accent' : 'bad'}) ${Math.round(share * 45)}%, transparent)`,
                        }}
                        aria-pressed={chosen}
                        disabled={value === 0}
                        aria-label={`${value} of ${label} answered as ${labels[predicted]}`}
                        onClick={() => onCell(chosen ? null : { actual, predicted })}
                      >
                        {count(value)}
                      </UnstyledButton>
                    </td>
                  )
                })}
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

const shownMistakes = 5

function SurestMistakes({
  lines,
  answered,
  mistakes,
  onAll,
}: {
  lines: readonly Line[]
  answered: AnsweredLines
  mistakes: number
  onAll: () => void
}) {
  const match = labelMatcher(answered.labels)
  const wrong = answered.answers
    .map(({ predicted, probabilities }, index) => ({ predicted, confidence: probabilities[predicted]!, line: lines[index]!, index }))
    .filter(({ predicted, line }) => match(line.actual) !== null && match(line.actual) !== predicted)
    .sort((a, b) => b.confidence - a.confidence)
  return (
    <>
      <h3 className={styles.sub}>Surest mistakes</h3>
      <ol className={styles.mistakes}>
        {wrong.slice(0, shownMistakes).map(({ line, predicted, confidence, index }) => (
          <li key={index}>
            <span dir="auto">{line.text.slice(0, 160)}</span>
            <small>
              {answered.labels[predicted]} {percent(confidence)}, labelled {line.actual}
            </small>
          </li>
        ))}
      </ol>
      {mistakes > shownMistakes && (
        <Button size="compact-xs" variant="subtle" onClick={onAll}>
          All {count(mistakes)} mistakes, the surest first
        </Button>
      )}
    </>
  )
}
