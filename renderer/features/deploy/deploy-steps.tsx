/** The four steps, one of them open. Each may be opened again; what waits for another says for which. */
import { useEffect, useRef } from 'react'
import type { TrainedModel } from '../../../shared/domain/prediction.ts'
import { useDeploy } from '../../state/deploy.ts'
import type { DeployStep } from '../../state/deploy.ts'
import { useRuns } from '../../state/runs.ts'
import { useSpaceCheck } from '../../state/space-check.ts'
import { isSameFolder, useSpacePush } from '../../state/space-push.ts'
import { bytes, percent } from '../../ui/format.ts'
import { titleOfModel } from '../run-panel/run-title.ts'
import { CheckDeployed } from './check-deployed.tsx'
import { isAsExpected } from './check-words.ts'
import { ChooseModel } from './choose-model.tsx'
import { spacePage } from './commands.ts'
import styles from './deploy.module.css'
import { kindsInWords } from './kinds.ts'
import { PushSpace } from './push-space.tsx'
import { StepFrame } from './step-frame.tsx'
import { stepStates } from './steps.ts'
import { weightsInWords } from './weights.ts'
import { WriteFolder } from './write-folder.tsx'

export function DeploySteps({ model, models }: { model: TrainedModel | null; models: readonly TrainedModel[] }) {
  const { step, kind, checkpoint, folder, writing, error, goTo } = useDeploy()
  const push = useSpacePush()
  const checking = useSpaceCheck()
  const runs = useRuns((state) => state.list.value) ?? []
  const list = useRef<HTMLDivElement>(null)
  // Going on from the keyboard leads into the step that opened; its button was taken away.
  const before = useRef(step)
  useEffect(() => {
    if (before.current === step) return
    before.current = step
    list.current?.querySelector<HTMLElement>('[aria-expanded="true"]')?.focus()
  }, [step])

  const pushed = isSameFolder(push.folder, folder) ? push.result : null
  const states = stepStates({
    hasModel: model !== null,
    hasChosen: step !== 'model' || folder !== null || writing !== null,
    hasFolder: folder !== null,
    isWriting: writing !== null,
    writeFailed: error !== null,
    isPushed: pushed !== null,
    isPushing: push.progress !== null,
    pushFailed: push.error !== null,
    isChecking: checking.isAsking,
    checkFailed: checking.error !== null,
    isAsExpected: isAsExpected(checking.result),
  })
  // Without a model the one thing left is to check what others deployed.
  const open: DeployStep = model === null && folder === null ? 'check' : step === 'push' && states.push === 'waiting' ? 'folder' : step
  const modelTitle = model && titleOfModel(model, runs)
  const frame = (id: DeployStep) => ({ state: states[id], isOpen: open === id, onOpen: () => goTo(id) })
  const folderSummary = writing
    ? `${writing.stage}, ${percent(writing.fraction, 0)}`
    : folder
      ? `${folder.folderName} · ${weightsInWords(folder.facts)} · ${bytes(folder.bytes)}`
      : states.folder === 'waiting'
        ? 'once a model is chosen'
        : 'not written yet'
  const pushSummary = push.progress
    ? push.progress.totalBytes
      ? percent(push.progress.sentBytes / push.progress.totalBytes, 0)
      : 'asking the hub'
    : (pushed?.name ??
      (push.found ? `${push.found.name} is there already` : states.push === 'waiting' ? 'once the folder is written' : 'not pushed yet'))
  return (
    <div ref={list} className={styles.steps}>
      <StepFrame
        number={1}
        title="Model and kind"
        summary={
          model ? `${modelTitle}${checkpoint === null ? '' : `, ${checkpoint}`} · ${kindsInWords[kind].title}` : 'once one is trained'
        }
        {...frame('model')}
      >
        {model && <ChooseModel model={model} models={models} runs={runs} isBusy={writing !== null || push.progress !== null} />}
      </StepFrame>
      <StepFrame number={2} title="Folder" summary={folderSummary} {...frame('folder')}>
        {model && <WriteFolder modelId={model.id} models={models} suggestedTitle={(modelTitle ?? model.title).slice(0, 80)} />}
      </StepFrame>
      <StepFrame number={3} title="To the hub" summary={pushSummary} {...frame('push')}>
        <PushSpace folder={folder} />
      </StepFrame>
      <StepFrame
        number={4}
        title="Check what is deployed"
        summary={checking.isAsking ? 'asking …' : (checking.result?.url ?? 'any address')}
        {...frame('check')}
      >
        <CheckDeployed
          models={models}
          suggestedUrl={pushed?.url ?? (push.account.value && folder ? spacePage(push.account.value.endpoint, '') : '')}
          model={model && { modelId: model.id, checkpoint, title: modelTitle ?? model.title }}
        />
      </StepFrame>
    </div>
  )
}
