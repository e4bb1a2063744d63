/** Which model is served, at which port, and to whom; starts and stops it. */
import { ActionIcon, NumberInput, PasswordInput, Select, Tooltip } from '@mantine/core'
import { IconCheck, IconCopy, IconPlayerPlayFilled, IconPlayerStopFilled } from '@tabler/icons-react'
import { useState } from 'react'
import type { LabErrorInfo } from '../../../shared/contract/errors.ts'
import type { TrainedModel } from '../../../shared/domain/prediction.ts'
import { servingTokenSchema } from '../../../shared/domain/serving.ts'
import { useRuns } from '../../state/runs.ts'
import { useServedModel, usualPort } from '../../state/served-model.ts'
import { ActionButton } from '../../ui/action-button.tsx'
import { copyText } from '../../ui/copy-text.ts'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Facts } from '../../ui/facts.tsx'
import form from '../../ui/form.module.css'
import { dateTime, percent } from '../../ui/format.ts'
import { Panel } from '../../ui/panel.tsx'
import { StateBadge } from '../../ui/run-state.tsx'
import { titleOfModel } from '../run-panel/run-title.ts'
import styles from './server.module.css'

export function ServerControl({ models }: { models: readonly TrainedModel[] }) {
  const { status, modelId: chosen, port, token, set, start, stop } = useServedModel()
  const runs = useRuns((state) => state.list.value) ?? []
  const [error, setError] = useState<LabErrorInfo | null>(null)
  const state = status?.state ?? 'stopped'
  const isUp = state === 'loading' || state === 'ready' || state === 'stopping'
  const modelId = chosen ?? models[0]?.id ?? null
  const tokenError = token === '' ? null : (servingTokenSchema.safeParse(token).error?.issues[0]?.message ?? null)
  const portIsRight = Number.isInteger(Number(port)) && port !== '' && Number(port) >= 0 && Number(port) <= 65_535
  const label = (model: TrainedModel): string =>
    [titleOfModel(model, runs), percent(model.validationAccuracy), dateTime(model.createdAt)].filter((part) => part !== '–').join(' · ')
  // A failure that this page asked for is told once, in its own place.
  const shown = error ?? (state === 'failed' ? (status?.error ?? null) : null)
  return (
    <Panel
      title="Model and address"
      actions={
        <span role="status">
          <StateBadge state={state} />
        </span>
      }
    >
      <div className={form.form}>
        {isUp ? (
          <Facts
            rows={[
              ['Model', status?.model && titleOfModel(status.model, runs)],
              ['Open to', status?.needsToken ? 'programs on this machine that send the token' : 'every program on this machine'],
            ]}
          />
        ) : (
          <>
            <Select
              size="sm"
              label="Model"
              data={models.map((model) => ({ value: model.id, label: label(model) }))}
              value={modelId}
              allowDeselect={false}
              onChange={(id) => set({ modelId: id })}
            />
            <div className={styles.pair}>
              <NumberInput
                size="sm"
                label="Port"
                description="0 takes any free one"
                value={port}
                min={0}
                max={65_535}
                allowDecimal={false}
                allowNegative={false}
                error={portIsRight ? null : `0 to 65535; ${usualPort} is usual`}
                onChange={(value) => set({ port: value })}
              />
              <PasswordInput
                size="sm"
                label="Token, if you like"
                description="Without one, any program here may ask"
                placeholder="none"
                autoComplete="off"
                value={token}
                error={tokenError}
                onChange={(event) => set({ token: event.currentTarget.value })}
              />
            </div>
          </>
        )}
        {shown && <ErrorNotice error={shown} />}
        {status?.url && <Address url={status.url} />}
        <div className={form.buttons}>
          {isUp ? (
            <ActionButton
              variant="default"
              leftSection={<IconPlayerStopFilled size={15} aria-hidden />}
              disabled={state === 'stopping'}
              action={stop}
              onError={setError}
            >
              {state === 'stopping' ? 'Finishing what is in flight …' : 'Stop the server'}
            </ActionButton>
          ) : (
            <ActionButton
              data-key="run"
              leftSection={<IconPlayerPlayFilled size={15} aria-hidden />}
              disabled={modelId === null || !portIsRight || tokenError !== null}
              action={() => start(modelId!)}
              onError={setError}
            >
              Start the server
            </ActionButton>
          )}
        </div>
      </div>
    </Panel>
  )
}

function Address({ url }: { url: string }) {
  const [copied, setCopied] = useState<string | null>(null)
  const copy = async (): Promise<void> => setCopied((await copyText(url)) ? url : null)
  return (
    <div className={styles.address}>
      <code>{url}</code>
      <Tooltip label={copied === url ? 'Copied' : 'Copy the address'}>
        <ActionIcon
          variant="subtle"
          size="sm"
          aria-label={copied === url ? 'Address copied' : 'Copy the address'}
          onClick={() => void copy()}
        >
          {copied === url ? <IconCheck size={15} aria-hidden /> : <IconCopy size={15} aria-hidden />}
        </ActionIcon>
      </Tooltip>
      <a href={`${url}/docs`} target="_blank" rel="noreferrer">
        Interactive documentation (/docs)
      </a>
    </div>
  )
}
