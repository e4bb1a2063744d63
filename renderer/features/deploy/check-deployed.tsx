/** Step 4: does what was deployed answer, how fast, and as the local model does? */
import { Button, Switch, TextInput } from '@mantine/core'
import { IconHeartRateMonitor } from '@tabler/icons-react'
import type { ModelChoice, TrainedModel } from '../../../shared/domain/prediction.ts'
import type { SpaceFolder } from '../../../shared/domain/space.ts'
import { useDeploy } from '../../state/deploy.ts'
import { useSpaceCheck } from '../../state/space-check.ts'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import form from '../../ui/form.module.css'
import { CheckedAnswers } from './checked-answers.tsx'
import { CheckedFiles } from './checked-files.tsx'
import { OtherWeights } from './other-weights.tsx'
import { weightsInWords } from './weights.ts'

interface CheckDeployedProps {
  suggestedUrl: string
  /** What answers are compared with where no Docker folder is chosen; null: there is no model here. */
  model: (ModelChoice & { title: string }) | null
  models: readonly TrainedModel[]
}

export function CheckDeployed({ suggestedUrl, model, models }: CheckDeployedProps) {
  const { compares, isAsking, result, error, set, check, cancel, ...draft } = useSpaceCheck()
  const folder = useDeploy((state) => state.folder)
  const url = draft.url ?? suggestedUrl
  const ask = (): Promise<void> =>
    check(
      url.trim(),
      compares && model ? { modelId: model.modelId, checkpoint: model.checkpoint } : null,
      compares && folder ? folder.folderName : null,
    )
  return (
    <>
      <form
        className={form.form}
        onSubmit={(event) => {
          event.preventDefault()
          void ask()
        }}
      >
        <p className={form.lead}>
          An API is asked for its health and, for five seconds at most, for three headlines in turn. A static Space answers only in a
          browser, so its files are compared with those of the folder.
        </p>
        <TextInput
          size="sm"
          label="Address"
          description="Its page on the hub, or where it answers: any server of the lab will do"
          placeholder="https://huggingface.co/spaces/owner/name"
          value={url}
          maxLength={2000}
          onChange={(event) => set({ url: event.currentTarget.value })}
        />
        {(model !== null || folder !== null) && (
          <Switch
            label="Compare with what is here"
            description={withWhat(model, folder)}
            checked={compares}
            onChange={(event) => set({ compares: event.currentTarget.checked })}
          />
        )}
        {compares && folder && <OtherWeights facts={folder.facts} models={models} />}
        <div className={form.buttons}>
          {isAsking && (
            <Button variant="default" onClick={cancel}>
              Cancel
            </Button>
          )}
          <Button
            data-key="run"
            type="submit"
            loading={isAsking}
            disabled={url.trim() === ''}
            leftSection={<IconHeartRateMonitor size={16} aria-hidden />}
          >
            {result || error ? 'Check again' : 'Check it'}
          </Button>
        </div>
      </form>
      {error && <ErrorNotice error={error} />}
      {result?.kind === 'api' && <CheckedAnswers result={result} />}
      {result?.kind === 'static' && <CheckedFiles result={result} />}
    </>
  )
}

function withWhat(model: CheckDeployedProps['model'], folder: SpaceFolder | null): string {
  if (folder?.facts.kind === 'docker') return `Answers with the weights in the folder ${folder.folderName}, ${weightsInWords(folder.facts)}`
  return [
    folder && `Files with the folder ${folder.folderName}, ${weightsInWords(folder.facts)}`,
    model && `answers of an API with ${model.title}${model.checkpoint === null ? '' : `, ${model.checkpoint}`}`,
  ]
    .filter(Boolean)
    .join('; ')
}
