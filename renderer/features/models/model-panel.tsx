/** One pretrained model: what a look at its files says, what is missing or left out, and what one can do with it. */
import { ActionIcon, Button } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import { useState } from 'react'
import type { LabErrorInfo } from '../../../shared/contract/errors.ts'
import type { ModelReport, PretrainedModel } from '../../../shared/domain/model-report.ts'
import { sourceInWords } from '../../../shared/domain/run-config.ts'
import { toErrorInfo } from '../../ipc/errors.ts'
import { usePretrained } from '../../state/pretrained.ts'
import { useTrainDraft } from '../../state/train-draft.ts'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { compact, count, plural } from '../../ui/format.ts'
import { Panel } from '../../ui/panel.tsx'
import { go } from '../../ui/route.ts'
import { headInWords, sizeOf } from './model-words.ts'
import styles from './models.module.css'

export function ModelPanel({ model }: { model: PretrainedModel }) {
  const { id, title, source, report, error } = model
  const [failure, setFailure] = useState<LabErrorInfo | null>(null)
  const set = useTrainDraft((state) => state.set)
  const fineTune = (): void => {
    set('initFrom', source)
    go('lab')
  }
  const forget = (): void => {
    usePretrained
      .getState()
      .forget(id)
      .catch((reason: unknown) => setFailure(toErrorInfo(reason)))
  }
  return (
    <Panel
      title={title}
      hint={source.kind === 'hub' ? 'from the hub' : 'a folder'}
      actions={
        <ActionIcon variant="subtle" color="gray" size="sm" onClick={forget} aria-label={`Take ${title} off the list`}>
          <IconX size={15} aria-hidden />
        </ActionIcon>
      }
    >
      <p className={styles.source} title={sourceInWords(source)}>
        {source.kind === 'hub' ? `revision ${source.revision.slice(0, 12)}` : source.path}
      </p>
      {[failure, error].map((shown) => shown && <ErrorNotice key={shown.title} error={shown} />)}
      {report && (
        <>
          <Facts report={report} />
          <p className={styles.head}>{headInWords(report)}</p>
          <Differences report={report} />
          <div className={styles.footer}>
            {report.hasClassifier && (
              <Button size="xs" variant="default" onClick={() => go('playground', id)}>
                Try in playground
              </Button>
            )}
            <Button size="xs" onClick={fineTune}>
              Fine-tune
            </Button>
          </div>
        </>
      )}
    </Panel>
  )
}

function Facts({ report }: { report: ModelReport }) {
  const { config, parameterCount, dtypes, tokenizer } = report
  const facts: [string, string][] = [
    ['model', sizeOf(config)],
    ['parameters', compact(parameterCount)],
    ['vocabulary', `${count(tokenizer.vocabSize)}, ${tokenizer.lowercase ? 'uncased' : 'cased'} (${tokenizer.file})`],
    ['reads', `up to ${plural(config.maxPositionEmbeddings, 'token')}`],
    ['weights', dtypes.join(', ')],
  ]
  return (
    <dl className={styles.facts}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

/** Tensors by name, folded away: most people need only know that there are some. */
function Differences({ report: { missing, misshaped, unexpected } }: { report: ModelReport }) {
  const shapes = misshaped.map(({ name, shape, expected }) => `${name}: [${shape.join(', ')}] instead of [${expected.join(', ')}]`)
  const lists: [string, string[]][] = [
    ['made by fine-tuning', missing],
    ['of another shape', shapes],
    ['left out', unexpected],
  ]
  return (
    <>
      {lists
        .filter(([, names]) => names.length > 0)
        .map(([what, names]) => (
          <details key={what} className={styles.tensors}>
            <summary>
              {plural(names.length, 'tensor')} {what}
            </summary>
            <ul className="mono">
              {names.map((name) => (
                <li key={name}>{name}</li>
              ))}
            </ul>
          </details>
        ))}
    </>
  )
}
