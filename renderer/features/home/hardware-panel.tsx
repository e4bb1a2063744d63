/** The hardware that was found and what it is good for. */
import { IconCheck, IconCircleDashed, IconCpu, IconDeviceDesktop } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import type { Hardware } from '../../../shared/domain/hardware.ts'
import { useHardware } from '../../state/hardware.ts'
import { bytes, plural } from '../../ui/format.ts'
import { Panel } from '../../ui/panel.tsx'
import styles from './hardware-panel.module.css'

export function HardwarePanel() {
  const description = useHardware((state) => state.description.value)
  const tried = useHardware((state) => state.tried)
  if (!description) return <Panel title="This machine">Looking …</Panel>
  const { hardware, verdicts, dataDirectory } = description
  return (
    <Panel title="This machine">
      <div className={styles.head}>
        <IconCpu size={30} stroke={1.3} aria-hidden />
        <div>
          <p className={styles.cpu}>{hardware.cpuModel}</p>
          <p className={styles.sub}>
            {plural(hardware.cpuCores, 'core')} · {bytes(hardware.ramBytes)} memory · {hardware.os}
          </p>
        </div>
      </div>

      <h3 className={styles.heading}>What it is good for</h3>
      <ul className={styles.verdicts}>
        {verdicts.map((verdict) => (
          <li key={verdict}>{verdict}</li>
        ))}
      </ul>

      <h3 className={styles.heading}>What can compute here</h3>
      <ul className={styles.devices}>
        {hardware.backends.map((backend) => (
          <Device key={backend.name} ready={backend.available} name={backend.name} note={backend.note} />
        ))}
        {hardware.gpus.map((gpu) => (
          <Device key={gpu.name} ready={gpu.usable} name={gpu.name} note={gpu.note} icon={<IconDeviceDesktop size={15} aria-hidden />} />
        ))}
        {!tried && <Device ready={false} name="GPUs" note="trying what can compute here …" />}
        {tried && hardware.gpus.length === 0 && <Device ready={false} name="GPU" note="none found" />}
      </ul>

      <h3 className={styles.heading}>Versions</h3>
      <Versions versions={hardware.versions} />
      <p className={styles.directory}>
        Runs and data are kept in <code className="mono">{dataDirectory}</code>
      </p>
    </Panel>
  )
}

function Device({ ready, name, note, icon }: { ready: boolean; name: string; note: string; icon?: ReactNode }) {
  return (
    <li data-ready={ready || undefined}>
      {ready ? <IconCheck size={15} aria-hidden /> : (icon ?? <IconCircleDashed size={15} aria-hidden />)}
      <span>
        <strong>{name}</strong> {ready ? 'ready' : 'not used'}
        <br />
        <span className={styles.sub}>{note}</span>
      </span>
    </li>
  )
}

function Versions({ versions }: { versions: Hardware['versions'] }) {
  return (
    <dl className={styles.versions}>
      {Object.entries(versions).map(([name, version]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className="mono">{version}</dd>
        </div>
      ))}
    </dl>
  )
}
