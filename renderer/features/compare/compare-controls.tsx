/** What is drawn and how: axis, scale, smoothing, bands, quantities. */
import { Checkbox, SegmentedControl, Slider, Switch } from '@mantine/core'
import { memo } from 'react'
import { smoothingWindows, useCompare } from '../../state/compare.ts'
import styles from './compare.module.css'
import { axes, axisNames, quantities, quantityNames } from './curves.ts'

const inWords = (window: number): string => (window === 1 ? 'not smoothed' : `mean of ${window} steps`)

export const CompareControls = memo(function CompareControls() {
  const { axis, isLog, window, hasBands, change } = useCompare()
  return (
    <>
      <SegmentedControl
        size="xs"
        aria-label="Axis along which runs are compared"
        data={axisNames.map((name) => ({ value: name, label: <span title={axes[name].hint}>{axes[name].title}</span> }))}
        value={axis}
        onChange={(value) => change({ axis: axisNames.find((name) => name === value) ?? 'step' })}
      />
      <Switch size="xs" label="log" checked={isLog} onChange={(event) => change({ isLog: event.currentTarget.checked })} />
      <Switch size="xs" label="band of ranks" checked={hasBands} onChange={(event) => change({ hasBands: event.currentTarget.checked })} />
      <div className={styles.smoothing}>
        <span>{inWords(window)}</span>
        <Slider
          size="sm"
          w={120}
          thumbLabel="Smoothing"
          thumbValueText={(index) => inWords(smoothingWindows[index] ?? 1)}
          label={null}
          min={0}
          max={smoothingWindows.length - 1}
          value={smoothingWindows.indexOf(window)}
          onChange={(index) => change({ window: smoothingWindows[index] ?? 1 })}
        />
      </div>
    </>
  )
})

export const QuantityChoice = memo(function QuantityChoice() {
  const { shown, change } = useCompare()
  return (
    <Checkbox.Group value={shown} onChange={(names) => change({ shown: quantityNames.filter((name) => names.includes(name)) })}>
      <div className={styles.quantities} role="group" aria-label="What is drawn">
        {quantityNames.map((name) => (
          <Checkbox key={name} size="xs" value={name} label={quantities[name].title} />
        ))}
      </div>
    </Checkbox.Group>
  )
})
