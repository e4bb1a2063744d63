/** Where many lines come in: pasted, or as a file whose columns are settled here; and how far the models are with them. */
import { Button, MultiSelect, Progress, Select, Textarea } from '@mantine/core'
import { IconUpload } from '@tabler/icons-react'
import { useMemo } from 'react'
import type { ClipboardEvent } from 'react'
import { maxLines } from '../../../shared/contract/playground.ts'
import { allPastedLines, linesOf, useLineTable } from '../../state/line-table.ts'
import { usePlayground } from '../../state/playground.ts'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { useFileInput } from '../../ui/file-input.tsx'
import { count, duration, figure, plural, remaining } from '../../ui/format.ts'
import { Panel } from '../../ui/panel.tsx'
import { ProvenanceTag } from '../../ui/provenance-tag.tsx'
import { LineResults } from './line-results.tsx'
import styles from './many-lines.module.css'
import type { Titles } from './one-headline.tsx'

export function ManyLines({ titles }: { titles: Titles }) {
  const { file, error, first, lines } = useLineTable()
  return (
    <>
      <Source />
      {error && <ErrorNotice error={error} />}
      {first && first.answers.length > 0 && <LineResults key={`${file?.name ?? ''} ${lines.length}`} titles={titles} />}
    </>
  )
}

function Source() {
  const { pasted, file, reading, textColumns, labelColumn, paste, chooseFile, clear } = useLineTable()
  const fileInput = useFileInput('File of lines', '.csv,.tsv,.txt,text/csv', (chosen) => void chooseFile(chosen))
  const lines = useMemo(() => linesOf({ pasted, file, textColumns, labelColumn }), [pasted, file, textColumns, labelColumn])
  const given = useMemo(() => (file ? file.table.rowCount : allPastedLines(pasted).length), [pasted, file])
  // A browser types pasted lines one by one, which takes minutes for ten thousand; set as a whole they are there at once.
  const pasteAtOnce = (event: ClipboardEvent<HTMLTextAreaElement>): void => {
    event.preventDefault()
    const { value, selectionStart, selectionEnd } = event.currentTarget
    paste(value.slice(0, selectionStart) + event.clipboardData.getData('text/plain') + value.slice(selectionEnd))
  }
  return (
    <Panel
      title="Lines"
      hint={file ? file.name : 'one headline a line, or a CSV or TSV file'}
      actions={
        <>
          <Button
            size="compact-xs"
            variant="default"
            loading={reading}
            leftSection={<IconUpload size={13} aria-hidden />}
            onClick={fileInput.choose}
          >
            {file ? 'Another file' : 'Choose a file'}
          </Button>
          {(file !== null || pasted !== '') && (
            <Button size="compact-xs" variant="subtle" onClick={clear}>
              Clear
            </Button>
          )}
          {fileInput.input}
        </>
      }
    >
      <div className={styles.source} {...fileInput.dropArea}>
        {file ? (
          <Columns />
        ) : (
          <Textarea
            aria-label="Lines to classify"
            placeholder={'Paste headlines, one a line, or drop a CSV file here …'}
            value={pasted}
            onChange={(event) => paste(event.currentTarget.value)}
            onPaste={pasteAtOnce}
            dir="auto"
            rows={5}
          />
        )}
        {given > maxLines && (
          <p className={styles.note} role="status">
            {count(given)} lines were given; the first {count(maxLines)} are taken.
          </p>
        )}
        {file && given <= maxLines && lines.length < given && (
          <p className={styles.note} role="status">
            {plural(given - lines.length, 'row')} without text {given - lines.length === 1 ? 'is' : 'are'} left out.
          </p>
        )}
        <Action lineCount={lines.length} />
      </div>
    </Panel>
  )
}

function Columns() {
  const { file, textColumns, labelColumn, setColumns } = useLineTable()
  if (!file) return null
  const columns = file.table.columns.map((column) => ({
    value: column,
    label: file.table.hasHeader ? column : `column ${Number(column) + 1}`,
  }))
  // Two columns of one name cannot be told apart: the first is meant.
  const distinct = columns.filter((column, index) => columns.findIndex(({ value }) => value === column.value) === index)
  return (
    <div className={styles.columns}>
      <MultiSelect
        size="xs"
        label="Text columns"
        data={distinct}
        value={textColumns}
        onChange={(chosen) => setColumns({ textColumns: chosen })}
        error={textColumns.length === 0 ? 'Which column is the headline?' : undefined}
      />
      <Select
        size="xs"
        label="Label column"
        data={distinct.filter(({ value }) => !textColumns.includes(value))}
        value={labelColumn}
        placeholder="no labels"
        clearable
        onChange={(chosen) => setColumns({ labelColumn: chosen })}
      />
    </div>
  )
}

function Action({ lineCount }: { lineCount: number }) {
  const { running, durationMs, first, second, lines, classify, cancel } = useLineTable()
  const choice = usePlayground((state) => state.choice)
  if (running) {
    return (
      <div className={styles.action}>
        <Progress.Root className={styles.progress}>
          <Progress.Section value={(100 * running.done) / running.total} aria-label="Lines answered" />
        </Progress.Root>
        <span role="status">
          {count(running.done)} of {plural(running.total, 'line')}
          {running.etaMs !== null && `, about ${remaining(running.etaMs)} left`}
        </span>
        <Button size="xs" variant="default" onClick={cancel}>
          Cancel
        </Button>
      </div>
    )
  }
  const answered = first?.answers.length ?? 0
  const models = second ? 2 : 1
  return (
    <div className={styles.action}>
      <Button
        size="xs"
        disabled={lineCount === 0 || choice.first === null}
        onClick={() => choice.first && void classify(choice.first, choice.second)}
      >
        {answered > 0 ? 'Classify again' : 'Classify'} {lineCount > 0 && plural(lineCount, 'line')}
        {choice.second && ' with both'}
      </Button>
      {answered > 0 && answered < lines.length && (
        <span role="status">
          Stopped: {count(answered)} of {plural(lines.length, 'line')} answered.
        </span>
      )}
      {durationMs !== null && answered === lines.length && (
        <span role="status">
          {count(answered)} answered{models === 2 && ' by both'} in {duration(durationMs)},{' '}
          {figure((1000 * models * answered) / durationMs)} a second <ProvenanceTag provenance="measured" />
        </span>
      )}
    </div>
  )
}
