/** Step 2: everything that the Space needs, in one folder; and how to try it before anybody else sees it. */
import { Button, TextInput } from '@mantine/core'
import type { SpaceFolder } from '../../../shared/domain/space.ts'
import { useDeploy } from '../../state/deploy.ts'
import { useHardware } from '../../state/hardware.ts'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { bytes, plural, remaining } from '../../ui/format.ts'
import { ProvenanceTag } from '../../ui/provenance-tag.tsx'
import { CommandLines } from './command-lines.tsx'
import { tryCommands } from './commands.ts'
import styles from './deploy.module.css'
import { kindsInWords } from './kinds.ts'
import { folderNameOf } from './names.ts'
import { WorkProgress } from './work-progress.tsx'

export function WriteFolder({ modelId, suggestedTitle }: { modelId: string; suggestedTitle: string }) {
  const { folder, writing, error, cancel } = useDeploy()
  if (writing) {
    const left = writing.etaMs === null ? '' : `, about ${remaining(writing.etaMs)} left`
    return <WorkProgress name="Progress of the folder" words={`${writing.stage} …${left}`} fraction={writing.fraction} onCancel={cancel} />
  }
  return (
    <>
      {error && <ErrorNotice error={error} />}
      {folder ? <Written folder={folder} /> : <Question modelId={modelId} suggestedTitle={suggestedTitle} />}
    </>
  )
}

function Question({ modelId, suggestedTitle }: { modelId: string; suggestedTitle: string }) {
  const { kind, checkpoint, folders, set, write, ...draft } = useDeploy()
  const directory = useHardware((state) => state.description.value?.dataDirectory)
  const title = draft.title ?? suggestedTitle
  const folderName = draft.folderName ?? folderNameOf(title, kind)
  const isThere = folders.value?.some((folder) => folder.folderName === folderName.trim()) ?? false
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault()
        void write({ modelId, checkpoint, kind, title: title.trim(), folderName: folderName.trim() })
      }}
    >
      <p className={styles.lead}>
        {kind === 'static'
          ? 'The page, the libraries that it runs, and the weights as int8 ONNX, which are measured as they are written.'
          : 'The server, its libraries, a Dockerfile, and the weights as they are.'}{' '}
        Nothing else is fetched when the Space runs.
      </p>
      <div className={styles.pair}>
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
      <div className={styles.buttons}>
        {isThere && <span className={styles.quiet}>The earlier Space in that folder is replaced.</span>}
        <Button data-key="run" type="submit" disabled={title.trim() === '' || folderName.trim() === ''}>
          Write the folder
        </Button>
      </div>
    </form>
  )
}

function Written({ folder }: { folder: SpaceFolder }) {
  const { goTo, startAnother } = useDeploy()
  const { kind, files } = folder.facts
  return (
    <>
      <dl className={styles.facts}>
        <div>
          <dt>Where</dt>
          <dd className="mono">{folder.path}</dd>
        </div>
        <div>
          <dt>What</dt>
          <dd>
            {plural(files.length + 1, 'file')}, {bytes(folder.bytes)}, {kindsInWords[kind].weights} weights
            <ProvenanceTag provenance="measured" />
          </dd>
        </div>
      </dl>
      <h3 className={styles.subtitle}>Try it here first</h3>
      <CommandLines commands={tryCommands(folder)} />
      <div className={styles.buttons}>
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
