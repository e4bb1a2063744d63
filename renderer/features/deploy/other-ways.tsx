/** The ways out of the lab that are not a Space: files, a server here, training on real GPUs; and this page as commands. */
import { Anchor } from '@mantine/core'
import { useState } from 'react'
import type { TrainedModel } from '../../../shared/domain/prediction.ts'
import { useDeploy } from '../../state/deploy.ts'
import { useHardware } from '../../state/hardware.ts'
import { useRuns } from '../../state/runs.ts'
import { useSpacePush } from '../../state/space-push.ts'
import { Panel } from '../../ui/panel.tsx'
import { href } from '../../ui/route.ts'
import { ExportDialog } from '../export/export-dialog.tsx'
import { TrainElsewhere } from '../handoff/train-elsewhere.tsx'
import { titleOfModel } from '../run-panel/run-title.ts'
import { CommandLines } from './command-lines.tsx'
import { onCommandLine, unknownOwner, weightsDirectory } from './commands.ts'
import styles from './other-ways.module.css'
import { folderNameOf, nameOf } from './names.ts'
import { hubNameForCommands } from './push-words.ts'

export function OtherWays({ model }: { model: TrainedModel | null }) {
  const [opened, setOpened] = useState<'export' | 'elsewhere' | null>(null)
  const runs = useRuns((state) => state.list.value)
  const run = runs?.find(({ record }) => record.id === model?.id)
  const close = (): void => setOpened(null)
  return (
    <>
      <Panel title="Other ways out">
        <ul className={styles.ways}>
          <li>
            <a href={href('server')}>A server on this machine</a>
            <span>The same HTTP API, for the programs here.</span>
          </li>
          {run && (
            <>
              <li>
                <Anchor component="button" type="button" inherit underline="always" onClick={() => setOpened('export')}>
                  A model folder
                </Anchor>
                <span>For transformers, transformers.js and ONNX Runtime.</span>
              </li>
              <li>
                <Anchor component="button" type="button" inherit underline="always" onClick={() => setOpened('elsewhere')}>
                  Train elsewhere
                </Anchor>
                <span>A bundle for torchrun: Kaggle’s 2×T4, any host over ssh, Slurm.</span>
              </li>
            </>
          )}
          <li>
            <a href={href('learn', 'deployment')}>Phase 7 of the course</a>
            <span>What each of them is, proven by a run of your own.</span>
          </li>
        </ul>
      </Panel>
      {model && <OnTheCommandLine model={model} title={titleOfModel(model, runs ?? [])} />}
      {run && <ExportDialog runId={run.record.id} hasModel={run.hasModel} opened={opened === 'export'} onClose={close} />}
      {run && <TrainElsewhere key={run.record.id} config={run.record.config} opened={opened === 'elsewhere'} onClose={close} />}
    </>
  )
}

function OnTheCommandLine({ model, title: suggestedTitle }: { model: TrainedModel; title: string }) {
  const { kind, checkpoint, folder, ...draft } = useDeploy()
  const { account, isPrivate, ...push } = useSpacePush()
  const directory = useHardware((state) => state.description.value?.dataDirectory) ?? '.'
  const title = folder?.facts.title ?? draft.title ?? suggestedTitle
  const folderName = draft.folderName ?? folderNameOf(title, kind)
  const commands = onCommandLine({
    modelDirectory: weightsDirectory(model.directory, checkpoint),
    kind,
    title,
    folderPath: folder?.path ?? `${directory}/spaces/${folderName}`,
    name: folder ? hubNameForCommands(push, account.value, folder) : `${unknownOwner}/${nameOf(title)}`,
    isPrivate,
  })
  return (
    <Panel title="The same on the command line" hint="in the lab’s folder">
      <CommandLines commands={commands} />
    </Panel>
  )
}
