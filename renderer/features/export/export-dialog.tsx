/** Asks what to export and under which name, shows how it goes, then what came out of it and where it lies. */
import { Button, Group, Modal, Progress, Radio, Stack, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { ExportFacts, ExportFormat, ExportProgress, ExportResult, Precision } from '../../../shared/domain/export.ts'
import { useHardware } from '../../state/hardware.ts'
import { useModelExport } from '../../state/model-export.ts'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { bytes, count, duration, percent, remaining } from '../../ui/format.ts'
import { ProvenanceTag } from '../../ui/provenance-tag.tsx'
import styles from './export-dialog.module.css'

interface ExportDialogProps {
  runId: string
  hasModel: boolean
  opened: boolean
  onClose: () => void
}

export function ExportDialog({ runId, hasModel, opened, onClose }: ExportDialogProps) {
  const current = useModelExport()
  const isOurs = current.runId === runId
  return (
    <Modal opened={opened} onClose={onClose} size="xl" title="Export">
      {isOurs && current.error && <ErrorNotice error={current.error} />}
      {isOurs && current.progress ? (
        <Going progress={current.progress} onCancel={current.cancel} />
      ) : isOurs && current.result ? (
        <Done result={current.result} onAgain={current.clear} />
      ) : (
        <Question runId={runId} hasModel={hasModel} />
      )}
    </Modal>
  )
}

const formats: { format: ExportFormat; title: string; hint: string; suffix: string }[] = [
  {
    format: 'folder',
    title: 'Model folder',
    hint: 'loads unchanged in transformers, transformers.js and ONNX Runtime; takes a moment to measure',
    suffix: '',
  },
  { format: 'tensorboard', title: 'TensorBoard', hint: 'the curves of this run as an event file', suffix: '-tensorboard' },
  { format: 'trace', title: 'Trace', hint: 'every step of every rank, for ui.perfetto.dev', suffix: '-trace' },
]

function Question({ runId, hasModel }: { runId: string; hasModel: boolean }) {
  const start = useModelExport((state) => state.start)
  const directory = useHardware((state) => state.description.value?.dataDirectory)
  const [format, setFormat] = useState<ExportFormat>(hasModel ? 'folder' : 'tensorboard')
  const [name, setName] = useState<string | null>(null)
  const suggested = runId + formats.find((entry) => entry.format === format)!.suffix
  const folderName = name ?? suggested
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void start(runId, format, folderName.trim())
      }}
    >
      <Stack gap="md">
        <Radio.Group label="What" value={format} onChange={(value) => setFormat(value as ExportFormat)}>
          <Stack gap="xs" mt="xs">
            {formats.map((entry) => (
              <Radio
                key={entry.format}
                value={entry.format}
                label={entry.title}
                description={entry.format === 'folder' && !hasModel ? 'this run has no model yet' : entry.hint}
                disabled={entry.format === 'folder' && !hasModel}
              />
            ))}
          </Stack>
        </Radio.Group>
        <TextInput
          label="Folder name"
          description={`In ${directory ?? 'the data directory'}/exports. An earlier export of that name is replaced.`}
          value={folderName}
          maxLength={100}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Group justify="flex-end">
          <Button type="submit" disabled={folderName.trim() === ''}>
            Export
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

function Going({ progress: { stage, fraction, etaMs }, onCancel }: { progress: ExportProgress; onCancel: () => void }) {
  return (
    <Stack gap="sm">
      <p className={styles.stage} role="status">
        {stage} …{etaMs !== null && ` about ${remaining(etaMs)} left`}
      </p>
      <Progress value={100 * fraction} aria-label="Progress of the export" />
      <Group justify="flex-end">
        <Button variant="default" onClick={onCancel}>
          Cancel
        </Button>
      </Group>
    </Stack>
  )
}

function Done({ result, onAgain }: { result: ExportResult; onAgain: () => void }) {
  return (
    <Stack gap="md">
      <p className={styles.stage} role="status">
        Exported {bytes(result.bytes)} to <code className={styles.path}>{result.path}</code>
      </p>
      {result.facts && <Measurements facts={result.facts} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={onAgain}>
          Export something else
        </Button>
      </Group>
    </Stack>
  )
}

const titles: Record<Precision, string> = { fp32: 'float32', fp16: 'float16', int8: 'int8' }

function Measurements({ facts }: { facts: ExportFacts }) {
  return (
    <div>
      <table className="lab-table" aria-label="Exported files">
        <thead>
          <tr>
            <th scope="col">ONNX file</th>
            <th scope="col" className="num">
              Size
            </th>
            <th scope="col" className="num">
              Accuracy
            </th>
            <th scope="col" className="num">
              95 % interval
            </th>
            <th scope="col" className="num" title="Rows for which it names the class that the training engine names">
              Agreement
            </th>
            <th scope="col" className="num" title="Median of single headlines">
              One headline
            </th>
          </tr>
        </thead>
        <tbody>
          {facts.measurements.map(({ precision, file, bytes: size, quality, agreement, latencyMs }) => (
            <tr key={precision}>
              <th scope="row" title={file}>
                {titles[precision]}
              </th>
              <td className="num">{bytes(size)}</td>
              <td className="num">{percent(quality?.accuracy)}</td>
              <td className="num">{quality ? `${percent(quality.accuracyInterval[0])} – ${percent(quality.accuracyInterval[1])}` : '–'}</td>
              <td className="num">{percent(agreement)}</td>
              <td className="num">{latencyMs.p50 < 10 ? `${latencyMs.p50.toFixed(2)} ms` : duration(latencyMs.p50)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className={styles.basis}>
        <ProvenanceTag provenance={facts.provenance} /> on {facts.rows} ({count(facts.rowCount)}), {facts.threads} threads.
      </p>
    </div>
  )
}
