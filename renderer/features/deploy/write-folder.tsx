/** Step 2: everything that the Space needs, in one folder; and how to try it before anybody else sees it. */
import { Button, TextInput } from '@mantine/core'
import type { TrainedModel } from '../../../shared/domain/prediction.ts'
import type { SpaceFolder } from '../../../shared/domain/space.ts'
import { useDeploy } from '../../state/deploy.ts'
import { useHardware } from '../../state/hardware.ts'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Facts } from '../../ui/facts.tsx'
import form from '../../ui/form.module.css'
import { bytes, plural, remaining } from '../../ui/format.ts'
import { ProvenanceTag } from '../../ui/provenance-tag.tsx'
import { CommandLines } from './command-lines.tsx'
import { tryCommands } from './commands.ts'
import styles from './deploy.module.css'
import { kindsInWords } from './kinds.ts'
import { folderNameOf } from './names.ts'
import { OtherWeights } from './other-weights.tsx'
import { weightsInWords } from './weights.ts'
import { WorkProgress } from './work-progress.tsx'

interface WriteFolderProps {
  modelId: string
  models: readonly TrainedModel[]
  suggestedTitle: string
}

export function WriteFolder({ modelId, models, suggestedTitle }: WriteFolderProps) {
  const { folder, writing, error, cancel } = useDeploy()
  if (writing) {
    const left = writing.etaMs === null ? '' : `, about ${remaining(writing.etaMs)} left`
    return (
      <WorkProgress
        name="Progress of the folder"
        words={`${writing.stage} …${left}`}
        fraction={writing.fraction}
        onCancel={() => void cancel()}
      />
    )
  }
  return (
    <>
      {error && <ErrorNotice error={error} />}
      {folder ? <Written folder={folder} models={models} /> : <Question modelId={modelId} suggestedTitle={suggestedTitle} />}
    </>
  )
}

function Question({ modelId, suggestedTitle }: Omit<WriteFolderProps, 'models'>) {
  const { kind, checkpoint, folders, set, write, ...draft } = useDeploy()
  const directory = useHardware((state) => state.description.value?.dataDirectory)
  const title = draft.title ?? suggestedTitle
  const folderName = draft.folderName ?? folderNameOf(title, kind)
  const isThere = folders.value?.some((folder) => folder.folderName === folderName.trim()) ?? false
  return (
    <form
      className={form.form}
      onSubmit={(event) => {
        event.preventDefault()
        void write({ modelId, checkpoint, kind, title: title.trim(), folderName: folderName.trim() })
      }}
    >
      <p className={form.lead}>
        {kind === 'static'
          ? 'The page, the libraries that it runs, and the weights as int8 ONNX, which are measured as they are written.'
          : 'The server, its libraries, a Dockerfile, and the weights as they are.'}{' '}
        Nothing else is fetched when the Space runs.
      </p>
      <div className={form.pair}>
        <TextInput
          size="sm"
          label="Title"
          description="Stands on its page"
          value={title}
          maxLength={80}
          onChange={(event) => set({ title: event.currentTarget.value })}
        />
        <TextInput
          size="sm"
          label="Folder name"
          description={`In ${directory ?? 'the data directory'}/spaces`}
          value={folderName}
          maxLength={100}
          onChange={(event) => set({ folderName: event.currentTarget.value })}
        />
      </div>
      <div className={form.buttons}>
        {isThere && <span className={form.quiet}>The earlier Space in that folder is replaced.</span>}
        <Button data-key="run" type="submit" disabled={title.trim() === '' || folderName.trim() === ''}>
          Write the folder
        </Button>
      </div>
    </form>
  )
}

function Written({ folder, models }: { folder: SpaceFolder; models: readonly TrainedModel[] }) {
  const { goTo, startAnother } = useDeploy()
  const { kind, files } = folder.facts
  return (
    <>
      <Facts
        rows={[
          ['Where', <span className="mono">{folder.path}</span>],
          [
            'What',
            <>
              {plural(files.length + 1, 'file')}, {bytes(folder.bytes)}
              <ProvenanceTag provenance="measured" />
            </>,
          ],
          ['Weights', `${weightsInWords(folder.facts)}, ${kindsInWords[kind].weights}`],
        ]}
      />
      <OtherWeights facts={folder.facts} models={models} />
      <h3 className={styles.subtitle}>Try it here first</h3>
      <CommandLines commands={tryCommands(folder)} />
      <div className={form.buttons}>
        <Button variant="default" onClick={startAnother}>
          Write another
        </Button>
        <Button data-key="run" onClick={() => goTo('push')}>
          Go on to the hub
        </Button>
      </div>
    </>
  )
}
