/**
 * What each rank did when, on a canvas: data, forward and backward, exposed communication, optimizer. Zooms and moves by
 * wheel, drag and keys; leaves as a Chrome trace.
 */
import { Button } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import { IconDownload, IconZoomIn, IconZoomOut, IconZoomReset } from '@tabler/icons-react'
import { useEffect, useMemo, useRef, useState } from 'react'
import type { KeyboardEvent } from 'react'
import { useComputedColorScheme } from '@mantine/core'
import type { ProgramResult } from '../../../shared/domain/workbench.ts'
import { chromeTrace } from '../../../shared/lessons/chrome-trace.ts'
import { niceTicks } from '../../../shared/domain/series.ts'
import { saveText } from '../../ui/save-text.ts'
import type { Evidence } from '../evidence.ts'
import { Frame, NotMeasured } from './parts/frame.tsx'
import { Legend } from './parts/legend.tsx'
import { exposedShares, limited, spansOf, spanWords, zoomed } from './timeline-spans.ts'
import type { Span, SpanName, View } from './timeline-spans.ts'
import styles from './timeline.module.css'

const colours: Record<SpanName, string> = {
  data: '--phase-data',
  forwardBackward: '--phase-compute',
  reduce: '--phase-all-reduce',
  optimizer: '--phase-optimizer',
}
const looks = (Object.keys(colours) as SpanName[]).map((name) => ({ label: spanWords[name], color: `var(${colours[name]})` }))
const laneHeight = 46
const axisHeight = 26
const labelWidth = 58
const zoomStep = 1.5

export function Timeline({ evidence }: { evidence: Evidence }) {
  const result = evidence.result('timeline', 'measured')
  const spans = useMemo(() => (result ? spansOf(result) : []), [result])
  if (!result || spans.length === 0)
    return <NotMeasured>A bar for every rank will stand here, with the real times of each part of each step.</NotMeasured>
  return <TimelineOf key={result.at} result={result} spans={spans} />
}

function TimelineOf({ result, spans }: { result: ProgramResult<'timeline'>; spans: readonly Span[] }) {
  const { worldSize } = result
  const end = Math.max(...spans.map(({ endMs }) => endMs))
  const [view, setView] = useState<View>({ fromMs: 0, toMs: end })
  const [pointed, setPointed] = useState<Span | null>(null)
  const { ref, width } = useElementSize<HTMLDivElement>()
  const canvas = useRef<HTMLCanvasElement>(null)
  const drag = useRef<{ x: number; view: View } | null>(null)
  const scheme = useComputedColorScheme('light')
  const height = worldSize * laneHeight + axisHeight
  const change = (next: View): void => setView(limited(next, end))
  const shares = exposedShares(spans, worldSize)

  useEffect(() => {
    const element = canvas.current
    if (element && width > 0) draw(element, spans, view, width, height)
  }, [spans, view, width, height, scheme])
  useEffect(() => {
    const element = canvas.current
    if (!element) return
    // React's own wheel listener is passive: the page would scroll as well.
    const wheel = (event: WheelEvent): void => {
      event.preventDefault()
      const at = Math.max(0, Math.min(1, (event.offsetX - labelWidth) / (element.clientWidth - labelWidth)))
      setView((before) => limited(zoomed(before, event.deltaY < 0 ? 1.2 : 1 / 1.2, at), end))
    }
    element.addEventListener('wheel', wheel, { passive: false })
    return () => element.removeEventListener('wheel', wheel)
  }, [end])

  const spanAt = (x: number, y: number): Span | null => {
    const ms = view.fromMs + ((x - labelWidth) / (width - labelWidth)) * (view.toMs - view.fromMs)
    const rank = Math.floor(y / laneHeight)
    return spans.find((span) => span.rank === rank && span.startMs <= ms && ms <= span.endMs) ?? null
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const move = (view.toMs - view.fromMs) / 6
    const actions: Record<string, View> = {
      '+': zoomed(view, zoomStep),
      '=': zoomed(view, zoomStep),
      '-': zoomed(view, 1 / zoomStep),
      ArrowLeft: { fromMs: view.fromMs - move, toMs: view.toMs - move },
      ArrowRight: { fromMs: view.fromMs + move, toMs: view.toMs + move },
      '0': { fromMs: 0, toMs: end },
    }
    const next = actions[event.key]
    if (!next) return
    event.preventDefault()
    event.stopPropagation()
    change(next)
  }
  return (
    <Frame
      title="Timeline of the ranks"
      hint="milliseconds"
      summary={`${shares.map((share, rank) => `Rank ${rank} spent ${(share * 100).toFixed(0)} % of its steps in exposed communication`).join('; ')}.`}
      controls={
        <>
          <Button.Group>
            <Button size="compact-xs" variant="default" onClick={() => change(zoomed(view, zoomStep))} aria-label="Zoom in">
              <IconZoomIn size={14} aria-hidden />
            </Button>
            <Button size="compact-xs" variant="default" onClick={() => change(zoomed(view, 1 / zoomStep))} aria-label="Zoom out">
              <IconZoomOut size={14} aria-hidden />
            </Button>
            <Button size="compact-xs" variant="default" onClick={() => change({ fromMs: 0, toMs: end })} aria-label="Show everything">
              <IconZoomReset size={14} aria-hidden />
            </Button>
          </Button.Group>
          <Button
            size="compact-xs"
            variant="default"
            leftSection={<IconDownload size={14} aria-hidden />}
            onClick={() =>
              saveText({ fileName: 'timeline.trace.json', mediaType: 'application/json', text: JSON.stringify(chromeTrace(result)) })
            }
          >
            Save as Chrome trace
          </Button>
        </>
      }
      table={{
        head: ['rank', 'step', 'part', 'begins at ms', 'takes ms'],
        rows: spans.map(({ rank, step, name, startMs, endMs }) => [
          rank,
          step,
          spanWords[name],
          startMs.toFixed(2),
          (endMs - startMs).toFixed(2),
        ]),
      }}
    >
      <div ref={ref} className={styles.box}>
        <canvas
          ref={canvas}
          className={styles.canvas}
          style={{ width: '100%', height }}
          tabIndex={0}
          role="img"
          aria-label={`Timeline of ${worldSize} ranks from ${view.fromMs.toFixed(0)} to ${view.toMs.toFixed(0)} milliseconds. Plus and minus zoom, arrows move, 0 shows everything.`}
          onKeyDown={onKeyDown}
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId)
            drag.current = { x: event.nativeEvent.offsetX, view }
          }}
          onPointerUp={() => (drag.current = null)}
          onPointerMove={(event) => {
            const { offsetX, offsetY } = event.nativeEvent
            if (drag.current === null) return setPointed(spanAt(offsetX, offsetY))
            const { x, view: before } = drag.current
            const moved = ((x - offsetX) / (width - labelWidth)) * (before.toMs - before.fromMs)
            change({ fromMs: before.fromMs + moved, toMs: before.toMs + moved })
          }}
          onPointerLeave={() => setPointed(null)}
        />
      </div>
      <Legend looks={looks} shape="block" />
      <p className={styles.pointed} aria-live="polite">
        {pointed
          ? `Rank ${pointed.rank}, step ${pointed.step}, ${spanWords[pointed.name]}: ${(pointed.endMs - pointed.startMs).toFixed(2)} ms, from ${pointed.startMs.toFixed(2)} ms on.`
          : 'Point at a bar to read its time.'}
      </p>
    </Frame>
  )
}

function draw(canvas: HTMLCanvasElement, spans: readonly Span[], view: View, width: number, height: number): void {
  const scale = window.devicePixelRatio
  canvas.width = width * scale
  canvas.height = height * scale
  const context = canvas.getContext('2d')
  if (!context) return
  const style = getComputedStyle(canvas)
  const colour = (name: string): string => style.getPropertyValue(name).trim()
  context.scale(scale, scale)
  context.clearRect(0, 0, width, height)
  context.font = `11px ${style.fontFamily}`
  const x = (ms: number): number => labelWidth + ((ms - view.fromMs) / (view.toMs - view.fromMs)) * (width - labelWidth)
  const lanes = (height - axisHeight) / laneHeight

  context.fillStyle = colour('--ink-3')
  context.strokeStyle = colour('--hairline')
  const { values, decimals } = niceTicks(view.fromMs, view.toMs, Math.max(2, Math.floor(width / 110)))
  for (const tick of values) {
    if (tick < view.fromMs || tick > view.toMs) continue
    context.beginPath()
    context.moveTo(x(tick), 0)
    context.lineTo(x(tick), lanes * laneHeight)
    context.stroke()
    context.fillText(`${tick.toFixed(decimals)}`, Math.min(x(tick) + 3, width - 34), height - 8)
  }

  context.save()
  context.beginPath()
  context.rect(labelWidth, 0, width - labelWidth, height)
  context.clip()
  for (const { rank, step, name, startMs, endMs } of spans) {
    if (endMs < view.fromMs || startMs > view.toMs) continue
    const [left, top, span] = [x(startMs), rank * laneHeight + 6, Math.max(1, x(endMs) - x(startMs))]
    context.fillStyle = colour(colours[name])
    context.fillRect(left, top, span, laneHeight - 14)
    if (name === 'reduce') hatch(context, left, top, span, laneHeight - 14, colour('--surface'))
    if (name === 'forwardBackward' && span > 46) {
      context.fillStyle = colour('--surface')
      context.fillText(`step ${step}`, Math.max(left, labelWidth) + 6, top + 20)
    }
  }
  context.restore()

  context.fillStyle = colour('--ink')
  for (let rank = 0; rank < lanes; rank++) context.fillText(`rank ${rank}`, 6, rank * laneHeight + 27)
}

/** Waiting looks different from work, not only in colour. */
function hatch(context: CanvasRenderingContext2D, left: number, top: number, width: number, height: number, colour: string): void {
  context.save()
  context.beginPath()
  context.rect(left, top, width, height)
  context.clip()
  context.strokeStyle = colour
  context.globalAlpha = 0.55
  for (let x = left - height; x < left + width; x += 7) {
    context.beginPath()
    context.moveTo(x, top + height)
    context.lineTo(x + height, top)
    context.stroke()
  }
  context.restore()
}
